// Runs every audit of graphql-http against the URL that is given, and prints what each came to as JSON.

import process from 'node:process';
import { serverAudits } from 'graphql-http';

const results = [];
for (const audit of serverAudits({ url: process.argv[2] })) {
  const { id, name, status, reason = null, response } = await audit.fn();
  results.push({ id, name, status, reason, answered: response?.status ?? null });
}
process.stdout.write(JSON.stringify(results));
