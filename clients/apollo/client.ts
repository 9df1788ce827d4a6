import { ApolloClient, HttpLink, InMemoryCache, type TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { connections } from '../build/facts';
import possible from '../build/possible-types';

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

/** Apollo's client for a gateway. */
export function createClient(endpoint: string, cache = createCache()): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: endpoint }),
    cache,
    // A field that cannot be read is null, with an error; by default Apollo would drop the rest of the response.
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
  });
}
