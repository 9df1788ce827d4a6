import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, type CombinedError, type Exchange, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import { connections, keyless } from '../build/facts';
import possible from '../build/possible-types';
import { none, type Credentials } from '../gateway/credentials';
import { isSignedOut, type GatewayError } from '../gateway/errors';
import { createFetch } from '../gateway/fetch';
import type { Streams } from '../gateway/streams';
import { optimistic, updates } from './writes';

const mapValues = <V, W>(of: Record<string, V>, to: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));

/** urql's normalising cache for a gateway's responses. */
export function createCache() {
  return cacheExchange({
    possibleTypes: possible.possibleTypes,
    resolvers: mapValues(connections, (fields) => mapValues(fields, () => relayPagination())),
    updates,
    optimistic,
    // Changes nothing, but without it graphcache warns of each of these types in development.
    keys: Object.fromEntries(keyless.map((type) => [type, () => null])),
  });
}

/** Returns the gateway's errors in an error of urql's, or what happened if there was no response. */
export function errorsOf(error: CombinedError | undefined): readonly GatewayError[] {
  return error?.networkError ? [error.networkError] : (error?.graphQLErrors ?? []);
}

/** urql's client for a gateway. Without `streams`, subscriptions come as events of a response. */
export function createClient(
  endpoint: string,
  { credentials = none, streams, cache = createCache() }: { credentials?: Credentials; streams?: Streams; cache?: Exchange } = {},
): Client {
  return new Client({
    url: endpoint,
    fetch: createFetch(credentials),
    exchanges: [
      // The session may end while the gateway is working on a request.
      mapExchange({ onResult: ({ error }) => void (errorsOf(error).some(isSignedOut) && credentials.renew()) }),
      cache,
      fetchExchange,
      ...(streams ? [subscriptions(streams)] : []),
    ],
    fetchSubscriptions: !streams,
    // The gateway accepts a GET only with a header that a form on another site cannot send.
    preferGetMethod: false,
  });
}

const subscriptions = (streams: Streams) =>
  subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({ unsubscribe: streams.subscribe({ query, variables }, sink) }),
    }),
  });
