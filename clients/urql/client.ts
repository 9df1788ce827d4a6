import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, fetchExchange } from 'urql';
import possible from '../build/possible-types';
import { embedded } from '../embedded';

const pages = relayPagination();

/** urql's normalising cache for a gateway's responses. */
export function createCache() {
  return cacheExchange({
    possibleTypes: possible.possibleTypes,
    // Only to silence warnings about objects that graphcache stores where they are.
    keys: Object.fromEntries(embedded.map((type) => [type, () => null])),
    resolvers: {
      Query: { certifications: pages, pendingCertificationTasks: pages },
      Certification: { reviewItems: pages, reviewers: pages, pendingTasks: pages },
      AccessReviewItem: { permissions: pages },
    },
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
