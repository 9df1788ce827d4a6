import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, fetchExchange } from 'urql';
import possible from '../build/possible-types';
import { connections, keyless } from '../build/facts';
import { updates } from './writes';

const mapValues = <V, W>(of: Record<string, V>, to: (value: V) => W): Record<string, W> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));

/** urql's normalising cache for a gateway's responses. */
export function createCache() {
  return cacheExchange({
    possibleTypes: possible.possibleTypes,
    resolvers: mapValues(connections, (fields) => mapValues(fields, () => relayPagination())),
    updates,
    // Changes nothing, but without it graphcache warns of each of these types in development.
    keys: Object.fromEntries(keyless.map((type) => [type, () => null])),
  });
}

/** urql's client for a gateway. */
export function createClient(endpoint: string, cache = createCache()): Client {
  return new Client({
    url: endpoint,
    exchanges: [cache, fetchExchange],
    // The gateway accepts a GET only with a header that a form on another site cannot send.
    preferGetMethod: false,
  });
}
