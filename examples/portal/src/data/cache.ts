import { cacheExchange, type Cache, type Entity, type OptimisticMutationResolver, type UpdateResolver } from '@urql/exchange-graphcache';
import type {
  DecideMutation,
  DecideMutationVariables,
  ReassignMutation,
  ReassignMutationVariables,
  SignOffMutation,
  SignOffMutationVariables,
  TaskSubscription,
  TaskSubscriptionVariables,
} from '../gql/graphql';
import possible from '../gql/possible-types';

/** The selected types whose objects have no `id`: they stay inside the object that shows them. */
const embedded = [
  'AccessProfile', 'AccessReviewItemConnection', 'CertificationConnection', 'CertificationReference', 'CertificationTaskConnection',
  'DecisionCounts', 'DecisionSummary', 'Entitlement', 'Account', 'IdentitySummaryConnection', 'MutationError', 'OtherAccess', 'PageInfo',
  'PublicIdentityConnection', 'Reassignment', 'Reviewer', 'Role', 'UpstreamMessage',
];

/** Has the lists that a field of `parent` shows read again, wherever they are on the page. */
function reread(cache: Cache, parent: Entity, ...fields: string[]) {
  for (const { fieldName, arguments: given } of cache.inspectFields(parent)) {
    if (fields.includes(fieldName)) {
      cache.invalidate(parent, fieldName, given);
    }
  }
}

/** After a move, the certification has other lists, and there may be another certification. */
function moved(cache: Cache, certification: Entity) {
  reread(cache, certification, 'reviewItems', 'identitySummaries');
  reread(cache, 'Query', 'certifications');
}

const reassigned: UpdateResolver<ReassignMutation, ReassignMutationVariables> = (result, _, cache) => {
  const certification = result.reassignReviewItems?.certification;
  if (certification) {
    moved(cache, certification as Entity);
  }
};

const taskChanged: UpdateResolver<TaskSubscription, TaskSubscriptionVariables> = (result, _, cache) => {
  const task = result.certificationTask;
  if (task?.status === 'SUCCESS' && task.certification) {
    moved(cache, task.certification as Entity);
  }
};

const signedOff: UpdateResolver<SignOffMutation, SignOffMutationVariables> = (_result, _, cache) => reread(cache, 'Query', 'certifications');

/** Shows decisions before the gateway has confirmed them. If it refuses, they are taken back. */
const decided: OptimisticMutationResolver<DecideMutationVariables, DecideMutation['decideReviewItems']> = ({ input }, cache) => {
  const decisions = Array.isArray(input.decisions) ? input.decisions : [input.decisions];
  return {
    __typename: 'DecideReviewItemsPayload',
    certification: null,
    errors: [],
    decidedItems: decisions.map(({ itemId, decision, comment = null }) => {
      const identity = cache.resolve({ __typename: 'AccessReviewItem', id: itemId }, 'identity') as string | null;
      return {
        __typename: 'AccessReviewItem',
        id: itemId,
        decision,
        comment,
        completed: true,
        identity: identity
          ? {
              __typename: 'IdentitySummary',
              id: cache.resolve(identity, 'id') as string,
              completed: cache.resolve(identity, 'completed') as boolean | null,
            }
          : null,
      };
    }),
  };
};

/** Makes urql's normalising cache: what is shown in several places is one object, known by its `id`. */
export const createCache = () =>
  cacheExchange({
    possibleTypes: possible.possibleTypes,
    keys: Object.fromEntries(embedded.map((type) => [type, () => null])),
    updates: {
      Mutation: { reassignReviewItems: reassigned as UpdateResolver, signOffCertification: signedOff as UpdateResolver },
      Subscription: { certificationTask: taskChanged as UpdateResolver },
    },
    optimistic: { decideReviewItems: decided as OptimisticMutationResolver },
  });
