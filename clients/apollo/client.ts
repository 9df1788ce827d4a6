import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, type TypePolicies } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import type { Client } from 'graphql-ws';
import { connections } from '../build/facts';
import possible from '../build/possible-types';
import { none, type Credentials } from '../gateway/credentials';
import { isSignedOut, type GatewayError } from '../gateway/errors';
import { createFetch } from '../gateway/fetch';
import type { Streams } from '../gateway/streams';

const typePolicies: TypePolicies = {};
for (const [type, fields] of Object.entries(connections)) {
  // Without the other arguments in its key, a list would hold the rows of all filters and orders.
  const pages = Object.entries(fields).map(([field, others]) => [field, relayStylePagination(others)]);
  typePolicies[type] = { fields: Object.fromEntries(pages) };
}

declare module '@apollo/client' {
  namespace ApolloClient.DeclareDefaultOptions {
    interface WatchQuery { errorPolicy: 'all' }
    interface Query { errorPolicy: 'all' }
    interface Mutate { errorPolicy: 'all' }
  }
}

/** Apollo's cache for a gateway's responses. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({ possibleTypes: possible.possibleTypes, typePolicies });
}

/** Returns the gateway's errors in an error of Apollo's, or the error itself if there was no response. */
export function errorsOf(error: Error | undefined): readonly GatewayError[] {
  return CombinedGraphQLErrors.is(error) ? error.errors : error ? [error] : [];
}

/** Apollo's client for a gateway. Without `streams`, subscriptions come as a multipart response. */
export function createClient(
  endpoint: string,
  { credentials = none, streams, cache = createCache() }: { credentials?: Credentials; streams?: Streams; cache?: InMemoryCache } = {},
): ApolloClient {
  const http = new HttpLink({ uri: endpoint, fetch: createFetch(credentials) });
  return new ApolloClient({
    link: ApolloLink.from([
      // The session may end while the gateway is working on a request.
      new ErrorLink(({ error }) => void (errorsOf(error).some(isSignedOut) && credentials.renew())),
      // Of a client, the link calls only `subscribe`, which that of graphql-sse has as well.
      streams ? ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(streams as Client), http) : http,
    ]),
    cache,
    incrementalHandler: new Defer20220824Handler(),
    // A field that cannot be read is null, with an error; by default Apollo would drop the rest of the response.
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
  });
}
