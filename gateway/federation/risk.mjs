// A second subgraph, which another team could have: it knows how risky certifications are, and in which department
// people work. It has Relay's node as well, which the gateway's subgraph leaves to others.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, print } from 'graphql';

export const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])

  type Query {
    riskyCertifications(rawIds: [ID!]!): [Certification!]!
    heads(rawIds: [ID!]!): [Identity!]!
    node(id: ID!): Node
    reports: ReportConnection!
  }
  interface Node { id: ID! }
  type Certification @key(fields: "rawId") { rawId: ID! risk: Int }
  type Identity @key(fields: "rawId") { rawId: ID! department: String }
  type Entitlement @key(fields: "rawId") { rawId: ID! remark: String }
  type Report implements Node { id: ID! }
  type ReportConnection { nodes: [Report!]! pageInfo: PageInfo! }
  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`);

export const sdl = print(typeDefs);

const known = { __resolveReference: ({ rawId }) => ({ rawId }) };

const schema = buildSubgraphSchema({
  typeDefs,
  resolvers: {
    Query: {
      riskyCertifications: (_, { rawIds }) => rawIds.map((rawId) => ({ rawId })),
      heads: (_, { rawIds }) => rawIds.map((rawId) => ({ rawId })),
      node: (_, { id }) => ({ id }),
      reports: () => ({ nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: false } }),
    },
    Certification: { ...known, risk: ({ rawId }) => rawId.length },
    Identity: { ...known, department: ({ rawId }) => `Department of ${rawId}` },
    Entitlement: { ...known, remark: ({ rawId }) => `Remark on ${rawId}` },
    Node: { __resolveType: () => 'Report' },
  },
});

// serve returns the URL of the subgraph, and what stops it.
export async function serve() {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { query, variables, operationName } = JSON.parse(body);
    const result = await graphql({ schema, source: query, variableValues: variables, operationName });
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(result));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}
