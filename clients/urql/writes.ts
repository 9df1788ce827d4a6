import type { Cache, Entity, OptimisticMutationConfig, UpdatesConfig } from '@urql/exchange-graphcache';
import type { DecideMutation, DecideMutationVariables, ReassignMutation, SignOffMutation } from '../build/gql/graphql';

type Filter = { completed?: boolean; phase?: string };

/** Takes objects out of the lists that a field of `parent` shows: those with the filter that `only` picks. */
function leave(cache: Cache, parent: Entity, field: string, ids: readonly string[], only = (filter: Filter) => true) {
  for (const { fieldName, fieldKey, arguments: given } of cache.inspectFields(parent)) {
    const list = cache.resolve(parent, fieldKey) as string | null;
    if (fieldName !== field || !list || !only((given?.filter ?? {}) as Filter)) {
      continue;
    }
    // The edges stay where they are, since their keys are their places: the nodes move up.
    const edges = (cache.resolve(list, 'edges') ?? []) as string[];
    const nodes = edges.map((edge) => cache.resolve(edge, 'node') as string);
    const kept = nodes.filter((node) => !ids.includes(cache.resolve(node, 'id') as string));
    kept.forEach((node, i) => cache.link(edges[i]!, 'node', node));
    cache.link(list, 'edges', edges.slice(0, kept.length));
  }
}

/** Has the lists that a field of `parent` shows read again. */
function reread(cache: Cache, parent: Entity, field: string) {
  for (const { fieldName, arguments: given } of cache.inspectFields(parent)) {
    if (fieldName === field) {
      cache.invalidate(parent, field, given);
    }
  }
}

/** What leaves which lists after each write, as an option of `cacheExchange`. */
export const updates: UpdatesConfig = {
  Mutation: {
    decideReviewItems(result: DecideMutation, _, cache) {
      const { certification, decidedItemIds = [], decidedItems } = result.decideReviewItems ?? {};
      const identities = decidedItems?.map(({ identity }) => identity) ?? [];
      for (const parent of [certification, ...identities]) {
        if (parent) {
          leave(cache, parent as Entity, 'reviewItems', decidedItemIds, ({ completed }) => completed === false);
        }
      }
    },
    reassignReviewItems(result: ReassignMutation, _, cache) {
      const { certification, reassignedItemIds, reassignedIdentitySummaryIds } = result.reassignReviewItems ?? {};
      if (!certification) {
        return;
      }
      const leaveOrReread = (parent: Entity, field: string, ids?: readonly string[] | null) =>
        ids ? leave(cache, parent, field, ids) : reread(cache, parent, field);
      leaveOrReread(certification as Entity, 'identitySummaries', reassignedIdentitySummaryIds);
      const identities = certification.identitySummaries?.edges.map(({ node }) => node) ?? [];
      for (const parent of [certification, ...identities]) {
        leaveOrReread(parent as Entity, 'reviewItems', reassignedItemIds);
      }
      reread(cache, 'Query', 'certifications'); // there may be another one
    },
    signOffCertification(result: SignOffMutation, _, cache) {
      const certification = result.signOffCertification?.certification;
      if (certification) {
        leave(cache, 'Query', 'certifications', [certification.id], ({ phase }) => phase === 'ACTIVE');
      }
    },
  },
};

/** The payloads that are shown until the gateway has responded, as an option of `cacheExchange`. */
export const optimistic: OptimisticMutationConfig = {
  decideReviewItems({ input }: DecideMutationVariables, cache) {
    const decisions = [input.decisions].flat();
    const identityOf = (id: string) => {
      const key = cache.resolve({ __typename: 'AccessReviewItem', id }, 'identity') as string | null;
      return key && { __typename: 'IdentitySummary', id: cache.resolve(key, 'id'), completed: cache.resolve(key, 'completed') };
    };
    return {
      __typename: 'DecideReviewItemsPayload',
      decidedItemIds: decisions.map(({ itemId }) => itemId),
      decidedItems: decisions.map(({ itemId, decision, comment = null }) => ({
        __typename: 'AccessReviewItem', id: itemId, decision, comment, completed: true, identity: identityOf(itemId),
      })),
      certification: null,
      errors: [],
    };
  },
};
