// Serves the operations of openapi.json as a graph, composed by GraphQL Mesh and served by Hive Gateway, in front of the REST API
// at a base URL. It prints its address.
//
//	node docs/compare/hive.mjs http://localhost:9090/v3
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

const log = { child: () => log, log() {}, debug() {}, info() {}, warn: console.error, error: console.error };

const supergraph = await getComposedSchemaFromConfig({
  subgraphs: [{
    sourceHandler: loadOpenAPISubgraph('rest', {
      source: fileURLToPath(new URL('openapi.json', import.meta.url)),
      endpoint: process.argv[2],
      operationHeaders: { Authorization: '{context.headers.authorization}' },
    }),
  }],
  ignoreSemanticConventions: true, // or it takes "filters" for what people are found by
  additionalTypeDefs: `
    extend type Named { person: Person }
    extend type Item { permissions(certificationId: String!): [Permission] }
  `,
}, log);

const gateway = createGatewayRuntime({
  supergraph,
  logging: false,
  upstreamRetry: {
    maxRetries: 4,
    retryDelay: 10_000,
    retryDelayFactor: 1,
    shouldRetry: ({ executionResult }) => executionResult.errors?.some((error) => error.extensions?.response?.status === 429), // and no write after a 502
  },
  additionalResolvers: {
    Named: {
      person: {
        selectionSet: '{ id }',
        resolve: (named, _, context, info) => context.rest.Query.people({
          root: named, context, info, key: named.id,
          argsFromKeys: (ids) => ({ filters: `id in (${ids.map((id) => `"${id}"`)})` }),
          valuesFromResults: (people, ids) => ids.map((id) => people.find((person) => person.id === id)),
        }),
      },
    },
    Item: {
      permissions: {
        selectionSet: '{ id accessSummary { entitlement { hasPermissions } } }',
        resolve: (item, { certificationId }, context, info) => item.accessSummary.entitlement?.hasPermissions
          ? context.rest.Query.permissions({ root: item, context, info, args: { certificationId, itemId: item.id } })
          : null,
      },
    },
  },
});

const server = createServer(gateway).listen(0, 'localhost', () => console.log(`Hive http://localhost:${server.address().port}/graphql`));
