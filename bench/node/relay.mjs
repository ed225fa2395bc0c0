// Public ids, cursors and pages.

export const publicId = (type, key) => Buffer.from(`${type}:${key}`).toString("base64");

const cursor = ([list, order, parent, name, key]) =>
  Buffer.from(JSON.stringify([list, order, "ASC", parent, name, key])).toString("base64url");

// Where the page behind a cursor begins.
export function place(after) {
  return after ? JSON.parse(Buffer.from(after, "base64url").toString()).slice(-2) : ["", 0];
}

// A page of these rows, of which there may be one too many.
export function connection(rows, size, after, node, cursorOf) {
  const hasNextPage = rows.length > size;
  const shown = hasNextPage ? rows.slice(0, size) : rows;
  const edges = shown.map((row) => ({ cursor: cursor(cursorOf(row)), node: node(row) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: Boolean(after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
