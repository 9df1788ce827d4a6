import { ApolloClient, HttpLink, InMemoryCache, type FieldMergeFunction, type TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import possible from '../build/possible-types';
import { embedded } from '../embedded';

// Without these arguments in its key, a list would hold the rows of all filters and orders.
const pages = relayStylePagination(['reviewer', 'filter', 'orderBy', 'offset']);

/** Adds the fields that another query has read of the same object to those in the cache. */
const merge: FieldMergeFunction = (existing, incoming, { mergeObjects, readField }) =>
  existing && readField('rawId', existing) === readField('rawId', incoming) ? mergeObjects(existing, incoming) : incoming;

const typePolicies: TypePolicies = {
  Query: { fields: { certifications: pages, pendingCertificationTasks: pages } },
  Certification: { fields: { reviewItems: pages, reviewers: pages, pendingTasks: pages } },
  AccessReviewItem: { fields: { permissions: pages } },
  ...Object.fromEntries(embedded.map((type) => [type, { merge }])),
};

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

/** Apollo's client for a gateway. */
export function createClient(endpoint: string, cache = createCache()): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: endpoint }),
    cache,
    // A field that cannot be read is null, with an error; by default Apollo would drop the rest of the response.
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
  });
}
