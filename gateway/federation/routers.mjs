// Serves the gateway and another subgraph behind Apollo Gateway and behind Hive Gateway, and prints what each responds to some
// queries, with what each request to the gateway has cost, as JSON.
//
// The environment has the gateway's URL in GATEWAY and an access token in TOKEN; standard input has the subgraph's schema
// and the queries, as JSON: {sdl, queries: [{query, variables}]}.
import { text } from 'node:stream/consumers';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { parse } from 'graphql';
import { compose } from './compose.mjs';
import { serve } from './risk.mjs';

const { GATEWAY: certql, TOKEN: token } = process.env;
const { sdl, queries } = JSON.parse(await text(process.stdin));

// costs are those of the requests to the gateway since they were last told.
let costs = [];
const tellCosts = () => {
  const told = costs;
  costs = [];
  return told;
};

// send is a fetch that notes what requests to the gateway cost. The gateway takes nothing from its cache for them.
async function send(url, { method, headers, body }) {
  const response = await fetch(url, { method, body, headers: { ...Object.fromEntries(new Headers(headers)), 'Cache-Control': 'no-cache' } });
  if (String(url) === certql) {
    const { query } = JSON.parse(body);
    const { calls, estimatedCalls } = (await response.clone().json()).extensions?.upstream ?? {};
    costs.push({ entities: query.includes('_entities'), calls, estimatedCalls });
  }
  return response;
}

async function apollo(supergraphSdl) {
  class DataSource extends RemoteGraphQLDataSource {
    willSendRequest({ request }) {
      request.http.headers.set('Authorization', `Bearer ${token}`);
    }
  }
  const silent = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, () => {}]));
  const gateway = new ApolloGateway({ supergraphSdl, logger: silent, buildService: ({ url }) => new DataSource({ url, fetcher: send }) });
  const { executor } = await gateway.load();
  const ask = async ({ query, variables }) => {
    const request = { query, variables };
    return executor({
      request, document: parse(query), queryHash: query, context: {}, metrics: {}, logger: silent, schema: undefined,
      cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
      operationName: null,
    });
  };
  return { ask, stop: () => gateway.stop() };
}

async function hive(supergraph) {
  const gateway = createGatewayRuntime({
    supergraph,
    fetchAPI: { fetch: send },
    logging: false,
    propagateHeaders: { fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }) },
  });
  const ask = async ({ query, variables }) => {
    const response = await gateway.fetch('http://router/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  };
  return { ask, stop: () => gateway[Symbol.asyncDispose]() };
}

const risk = await serve();
const composed = compose(sdl, certql, risk.url);
const output = { compositions: {}, routers: {} };
for (const [name, { errors, hints }] of Object.entries(composed)) output.compositions[name] = { errors, hints };
for (const [name, start, by] of [['Apollo Gateway', apollo, 'apollo'], ['Hive Gateway', hive, 'hive']]) {
  if (composed[by].errors.length > 0) continue;
  const router = await start(composed[by].supergraph);
  output.routers[name] = [];
  for (const query of queries) {
    const { data, errors } = await router.ask(query);
    output.routers[name].push({ data, errors: (errors ?? []).map((error) => error.message), requests: tellCosts() });
  }
  await router.stop();
}
risk.stop();
process.stdout.write(JSON.stringify(output));
