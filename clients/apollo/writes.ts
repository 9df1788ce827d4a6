import type { ApolloCache, StoreObject } from '@apollo/client';
import type { DecideMutation, ReassignMutation, SignOffMutation } from '../build/gql/graphql';

/** Takes objects out of the lists that a field of `parent` shows: those whose key in the cache has the text `only`. */
function leave(cache: ApolloCache, parent: StoreObject | 'ROOT_QUERY', field: string, ids: readonly string[], only = '') {
  cache.modify({
    id: parent === 'ROOT_QUERY' ? parent : cache.identify(parent),
    fields: {
      [field]: (list: any, { readField, storeFieldName }) =>
        storeFieldName.includes(only)
          ? { ...list, edges: list.edges.filter(({ node }: any) => !ids.includes(readField<string>('id', node)!)) }
          : list,
    },
  });
}

type Result<T> = { data?: T | null };

/** The `update` of a mutation that decides: what is decided leaves the lists of undecided items. */
export function afterDecisions(cache: ApolloCache, { data }: Result<DecideMutation>) {
  const { certification, decidedItemIds = [], decidedItems } = data?.decideReviewItems ?? {};
  const identities = decidedItems?.map(({ identity }) => identity) ?? [];
  for (const parent of [certification, ...identities]) {
    if (parent) {
      leave(cache, parent, 'reviewItems', decidedItemIds, '"completed":false');
    }
  }
}

/** The `update` of a mutation that reassigns: what has left is gone, and there may be another certification. */
export function afterReassignment(cache: ApolloCache, { data }: Result<ReassignMutation>) {
  const { certification, reassignedItemIds, reassignedIdentitySummaryIds } = data?.reassignReviewItems ?? {};
  if (!certification) {
    return;
  }
  const lists = [
    ['AccessReviewItem', reassignedItemIds, 'reviewItems'],
    ['IdentitySummary', reassignedIdentitySummaryIds, 'identitySummaries'],
  ] as const;
  for (const [__typename, ids, fieldName] of lists) {
    if (ids) {
      ids.forEach((id) => cache.evict({ id: cache.identify({ __typename, id }) })); // which pages leave out
    } else {
      cache.evict({ id: cache.identify(certification), fieldName }); // to be read again
    }
  }
  cache.evict({ id: 'ROOT_QUERY', fieldName: 'certifications' });
  cache.gc();
}

/** The `update` of a mutation that signs off: the certification leaves the lists of active ones. */
export function afterSignOff(cache: ApolloCache, { data }: Result<SignOffMutation>) {
  const certification = data?.signOffCertification?.certification;
  if (certification) {
    leave(cache, 'ROOT_QUERY', 'certifications', [certification.id], '"phase":"ACTIVE"');
  }
}
