import type { DecisionInput, MandatoryCommentRequirement } from '../gql/graphql';

/** Whether a campaign demands a comment with a decision. The gateway has the last word: the rule may not be known. */
export const needsComment = (rule: MandatoryCommentRequirement | null | undefined, decision: DecisionInput) =>
  rule === 'ALL_DECISIONS' || (rule === 'REVOKE_ONLY_DECISIONS' && decision === 'REVOKE');
