/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Certification($id: ID!) {\n    certification(id: $id) {\n      id\n      name\n      phase\n      due\n      signed\n      decisionsMade\n      decisionsTotal\n      identitiesCompleted\n      identitiesTotal\n      campaign { id name mandatoryCommentRequirement }\n      reassignment { comment from { rawId name reviewer { name } } }\n      pendingTasks(first: 50) { nodes { id type } }\n    }\n  }\n": typeof types.CertificationDocument,
    "\n  query Identities($id: ID!, $first: Int!, $filter: IdentitySummaryFilter) {\n    certification(id: $id) {\n      id\n      identitySummaries(first: $first, filter: $filter, orderBy: [{ field: NAME }]) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { id name completed }\n      }\n    }\n  }\n": typeof types.IdentitiesDocument,
    "\n  fragment Item on AccessReviewItem {\n    id\n    completed\n    decision\n    comment\n    newAccess\n    identity { id name completed }\n    access {\n      __typename\n      rawId\n      name\n      description\n      privileged\n      ... on Entitlement { sourceName account { name nativeIdentity } }\n    }\n  }\n": typeof types.ItemFragmentDoc,
    "\n  query Items($id: ID!, $first: Int!, $filter: AccessReviewItemFilter, $orderBy: [AccessReviewItemOrder!]) {\n    certification(id: $id) {\n      id\n      reviewItems(first: $first, filter: $filter, orderBy: $orderBy) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { ...Item }\n      }\n    }\n  }\n": typeof types.ItemsDocument,
    "\n  query Counts($id: ID!) {\n    certification(id: $id) {\n      id\n      decisionsMade\n      decisionsTotal\n      decisionSummary { all { total approved revoked } }\n    }\n  }\n": typeof types.CountsDocument,
    "\n  mutation SignOff($input: SignOffCertificationInput!) {\n    signOffCertification(input: $input) {\n      certification { id phase signed completed }\n      errors { code message }\n    }\n  }\n": typeof types.SignOffDocument,
    "\n  mutation Decide($input: DecideReviewItemsInput!) {\n    decideReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      decidedItems { id decision comment completed identity { id completed } }\n      errors { code message ids }\n    }\n  }\n": typeof types.DecideDocument,
    "\n  query Queue($phase: CertificationPhaseInput!, $first: Int!, $orderBy: [CertificationOrder!]) {\n    certifications(reviewer: \"me\", filter: { phase: $phase }, orderBy: $orderBy, first: $first) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes {\n        id\n        name\n        phase\n        due\n        signed\n        decisionsMade\n        decisionsTotal\n        campaign { id name }\n        reviewer { name type }\n      }\n    }\n  }\n": typeof types.QueueDocument,
    "\n  query People($search: String!, $first: Int!) {\n    identities(search: $search, completeOnly: true, first: $first, orderBy: [{ field: NAME }]) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes { id rawId name email identityState }\n    }\n  }\n": typeof types.PeopleDocument,
    "\n  mutation Reassign($input: ReassignReviewItemsInput!) {\n    reassignReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      errors { code message }\n    }\n  }\n": typeof types.ReassignDocument,
    "\n  mutation ReassignInTasks($input: ReassignReviewItemsInput!) {\n    reassignReviewItemsAsync(input: $input) {\n      tasks { id status }\n      errors { code message }\n    }\n  }\n": typeof types.ReassignInTasksDocument,
    "\n  subscription Task($id: ID!) {\n    certificationTask(id: $id) {\n      id\n      status\n      errors { text }\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n    }\n  }\n": typeof types.TaskDocument,
};
const documents: Documents = {
    "\n  query Certification($id: ID!) {\n    certification(id: $id) {\n      id\n      name\n      phase\n      due\n      signed\n      decisionsMade\n      decisionsTotal\n      identitiesCompleted\n      identitiesTotal\n      campaign { id name mandatoryCommentRequirement }\n      reassignment { comment from { rawId name reviewer { name } } }\n      pendingTasks(first: 50) { nodes { id type } }\n    }\n  }\n": types.CertificationDocument,
    "\n  query Identities($id: ID!, $first: Int!, $filter: IdentitySummaryFilter) {\n    certification(id: $id) {\n      id\n      identitySummaries(first: $first, filter: $filter, orderBy: [{ field: NAME }]) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { id name completed }\n      }\n    }\n  }\n": types.IdentitiesDocument,
    "\n  fragment Item on AccessReviewItem {\n    id\n    completed\n    decision\n    comment\n    newAccess\n    identity { id name completed }\n    access {\n      __typename\n      rawId\n      name\n      description\n      privileged\n      ... on Entitlement { sourceName account { name nativeIdentity } }\n    }\n  }\n": types.ItemFragmentDoc,
    "\n  query Items($id: ID!, $first: Int!, $filter: AccessReviewItemFilter, $orderBy: [AccessReviewItemOrder!]) {\n    certification(id: $id) {\n      id\n      reviewItems(first: $first, filter: $filter, orderBy: $orderBy) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { ...Item }\n      }\n    }\n  }\n": types.ItemsDocument,
    "\n  query Counts($id: ID!) {\n    certification(id: $id) {\n      id\n      decisionsMade\n      decisionsTotal\n      decisionSummary { all { total approved revoked } }\n    }\n  }\n": types.CountsDocument,
    "\n  mutation SignOff($input: SignOffCertificationInput!) {\n    signOffCertification(input: $input) {\n      certification { id phase signed completed }\n      errors { code message }\n    }\n  }\n": types.SignOffDocument,
    "\n  mutation Decide($input: DecideReviewItemsInput!) {\n    decideReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      decidedItems { id decision comment completed identity { id completed } }\n      errors { code message ids }\n    }\n  }\n": types.DecideDocument,
    "\n  query Queue($phase: CertificationPhaseInput!, $first: Int!, $orderBy: [CertificationOrder!]) {\n    certifications(reviewer: \"me\", filter: { phase: $phase }, orderBy: $orderBy, first: $first) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes {\n        id\n        name\n        phase\n        due\n        signed\n        decisionsMade\n        decisionsTotal\n        campaign { id name }\n        reviewer { name type }\n      }\n    }\n  }\n": types.QueueDocument,
    "\n  query People($search: String!, $first: Int!) {\n    identities(search: $search, completeOnly: true, first: $first, orderBy: [{ field: NAME }]) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes { id rawId name email identityState }\n    }\n  }\n": types.PeopleDocument,
    "\n  mutation Reassign($input: ReassignReviewItemsInput!) {\n    reassignReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      errors { code message }\n    }\n  }\n": types.ReassignDocument,
    "\n  mutation ReassignInTasks($input: ReassignReviewItemsInput!) {\n    reassignReviewItemsAsync(input: $input) {\n      tasks { id status }\n      errors { code message }\n    }\n  }\n": types.ReassignInTasksDocument,
    "\n  subscription Task($id: ID!) {\n    certificationTask(id: $id) {\n      id\n      status\n      errors { text }\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n    }\n  }\n": types.TaskDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Certification($id: ID!) {\n    certification(id: $id) {\n      id\n      name\n      phase\n      due\n      signed\n      decisionsMade\n      decisionsTotal\n      identitiesCompleted\n      identitiesTotal\n      campaign { id name mandatoryCommentRequirement }\n      reassignment { comment from { rawId name reviewer { name } } }\n      pendingTasks(first: 50) { nodes { id type } }\n    }\n  }\n"): (typeof documents)["\n  query Certification($id: ID!) {\n    certification(id: $id) {\n      id\n      name\n      phase\n      due\n      signed\n      decisionsMade\n      decisionsTotal\n      identitiesCompleted\n      identitiesTotal\n      campaign { id name mandatoryCommentRequirement }\n      reassignment { comment from { rawId name reviewer { name } } }\n      pendingTasks(first: 50) { nodes { id type } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Identities($id: ID!, $first: Int!, $filter: IdentitySummaryFilter) {\n    certification(id: $id) {\n      id\n      identitySummaries(first: $first, filter: $filter, orderBy: [{ field: NAME }]) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { id name completed }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Identities($id: ID!, $first: Int!, $filter: IdentitySummaryFilter) {\n    certification(id: $id) {\n      id\n      identitySummaries(first: $first, filter: $filter, orderBy: [{ field: NAME }]) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { id name completed }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Item on AccessReviewItem {\n    id\n    completed\n    decision\n    comment\n    newAccess\n    identity { id name completed }\n    access {\n      __typename\n      rawId\n      name\n      description\n      privileged\n      ... on Entitlement { sourceName account { name nativeIdentity } }\n    }\n  }\n"): (typeof documents)["\n  fragment Item on AccessReviewItem {\n    id\n    completed\n    decision\n    comment\n    newAccess\n    identity { id name completed }\n    access {\n      __typename\n      rawId\n      name\n      description\n      privileged\n      ... on Entitlement { sourceName account { name nativeIdentity } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Items($id: ID!, $first: Int!, $filter: AccessReviewItemFilter, $orderBy: [AccessReviewItemOrder!]) {\n    certification(id: $id) {\n      id\n      reviewItems(first: $first, filter: $filter, orderBy: $orderBy) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { ...Item }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Items($id: ID!, $first: Int!, $filter: AccessReviewItemFilter, $orderBy: [AccessReviewItemOrder!]) {\n    certification(id: $id) {\n      id\n      reviewItems(first: $first, filter: $filter, orderBy: $orderBy) {\n        totalCount\n        pageInfo { hasNextPage }\n        nodes { ...Item }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Counts($id: ID!) {\n    certification(id: $id) {\n      id\n      decisionsMade\n      decisionsTotal\n      decisionSummary { all { total approved revoked } }\n    }\n  }\n"): (typeof documents)["\n  query Counts($id: ID!) {\n    certification(id: $id) {\n      id\n      decisionsMade\n      decisionsTotal\n      decisionSummary { all { total approved revoked } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SignOff($input: SignOffCertificationInput!) {\n    signOffCertification(input: $input) {\n      certification { id phase signed completed }\n      errors { code message }\n    }\n  }\n"): (typeof documents)["\n  mutation SignOff($input: SignOffCertificationInput!) {\n    signOffCertification(input: $input) {\n      certification { id phase signed completed }\n      errors { code message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Decide($input: DecideReviewItemsInput!) {\n    decideReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      decidedItems { id decision comment completed identity { id completed } }\n      errors { code message ids }\n    }\n  }\n"): (typeof documents)["\n  mutation Decide($input: DecideReviewItemsInput!) {\n    decideReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      decidedItems { id decision comment completed identity { id completed } }\n      errors { code message ids }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Queue($phase: CertificationPhaseInput!, $first: Int!, $orderBy: [CertificationOrder!]) {\n    certifications(reviewer: \"me\", filter: { phase: $phase }, orderBy: $orderBy, first: $first) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes {\n        id\n        name\n        phase\n        due\n        signed\n        decisionsMade\n        decisionsTotal\n        campaign { id name }\n        reviewer { name type }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Queue($phase: CertificationPhaseInput!, $first: Int!, $orderBy: [CertificationOrder!]) {\n    certifications(reviewer: \"me\", filter: { phase: $phase }, orderBy: $orderBy, first: $first) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes {\n        id\n        name\n        phase\n        due\n        signed\n        decisionsMade\n        decisionsTotal\n        campaign { id name }\n        reviewer { name type }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query People($search: String!, $first: Int!) {\n    identities(search: $search, completeOnly: true, first: $first, orderBy: [{ field: NAME }]) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes { id rawId name email identityState }\n    }\n  }\n"): (typeof documents)["\n  query People($search: String!, $first: Int!) {\n    identities(search: $search, completeOnly: true, first: $first, orderBy: [{ field: NAME }]) {\n      totalCount\n      pageInfo { hasNextPage }\n      nodes { id rawId name email identityState }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Reassign($input: ReassignReviewItemsInput!) {\n    reassignReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      errors { code message }\n    }\n  }\n"): (typeof documents)["\n  mutation Reassign($input: ReassignReviewItemsInput!) {\n    reassignReviewItems(input: $input) {\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n      errors { code message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReassignInTasks($input: ReassignReviewItemsInput!) {\n    reassignReviewItemsAsync(input: $input) {\n      tasks { id status }\n      errors { code message }\n    }\n  }\n"): (typeof documents)["\n  mutation ReassignInTasks($input: ReassignReviewItemsInput!) {\n    reassignReviewItemsAsync(input: $input) {\n      tasks { id status }\n      errors { code message }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Task($id: ID!) {\n    certificationTask(id: $id) {\n      id\n      status\n      errors { text }\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n    }\n  }\n"): (typeof documents)["\n  subscription Task($id: ID!) {\n    certificationTask(id: $id) {\n      id\n      status\n      errors { text }\n      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;