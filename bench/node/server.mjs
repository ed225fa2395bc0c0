// The same part of the schema with Fastify, mercurius and graphql-jit: what it takes as its users write it, with a
// loader that reads the references of a whole page by one statement, and prepared statements.
//
// PGHOST=… PGUSER=… PGDATABASE=… node server.mjs PORT
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

import { menu } from "./permissions.mjs";
import { connection, place, publicId } from "./relay.mjs";
import * as statements from "./statements.mjs";

const pool = new pg.Pool({ max: 10 });
const rows = async (statement, ...values) => (await pool.query({ ...statement, values })).rows;

// Who asks: a tool by its access token, a portal user by a session. Looked up anew for each request.
async function context(request) {
  const token = request.headers.authorization?.replace(/^Bearer /, "");
  if (!token) return {};
  const digest = createHash("sha256").update(token).digest();
  if (token.startsWith("adg_")) return { tool: (await rows(statements.tool, digest))[0] };
  return { session: (await rows(statements.session, digest))[0] };
}

const resolvers = {
  Query: {
    async customers(_, { first, after }, { tool }) {
      if (!tool) throw new Error("Not allowed");
      const found = await rows(statements.customers, ...place(after), first + 1);
      const customer = (row) => ({ key: row.id, active: row.active, id: publicId("Customer", row.id), name: row.name });
      return connection(found, first, after, customer, (row) => ["customers", "NUMBER", null, row.number_key, row.id]);
    },
    async viewer(_, __, { session }) {
      if (!session) return null;
      const [row] = await rows(statements.viewer, session.reference_id);
      return {
        name: row.name,
        email: row.email,
        customer: { name: row.customer_name },
        menu: menu(row.permissions, row.denied_permissions),
      };
    },
  },
  Viewer: { resolveType: () => "PortalViewer" },
};

const reference = (active) => (row) => ({
  id: publicId("Reference", row.id),
  name: row.name,
  passwordStatus: row.has_password ? "ENCRYPTED" : "NONE",
  canLogIn: row.internet_user && row.has_password && active,
});

const loaders = {
  Customer: {
    references: {
      async loader(queries) {
        const first = queries[0].params.first;
        const found = await rows(statements.references, queries.map(({ obj }) => obj.key), first + 1);
        const of = new Map(queries.map(({ obj }) => [obj.key, []]));
        for (const row of found) of.get(row.customer_id).push(row);
        return queries.map(({ obj }) =>
          connection(of.get(obj.key), first, null, reference(obj.active), (row) => [
            "Customer.references",
            "NAME",
            obj.key,
            row.name_key,
            row.id,
          ]),
        );
      },
      opts: { cache: false }, // within one request nothing is asked for twice
    },
  },
};

const app = Fastify();
const schema = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");
app.register(mercurius, { schema, resolvers, loaders, context, jit: 1 });
await app.listen({ host: "127.0.0.1", port: Number(process.argv.at(-1)) });
