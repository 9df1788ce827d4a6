import { useState } from 'react';
import { useMutation } from 'urql';
import { refusal, textOf } from '../data/problems';
import { graphql } from '../gql';
import type { DecisionInput } from '../gql/graphql';
import { announce } from '../shell/announcer';
import { tellOtherTabs } from '../shell/tabs';

const decideItems = graphql(`
  mutation Decide($input: DecideReviewItemsInput!) {
    decideReviewItems(input: $input) {
      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }
      decidedItems { id decision comment completed identity { id completed } }
      errors { code message ids }
    }
  }
`);

/** Why single items were not decided, by their ids. */
export type Problems = ReadonlyMap<string, string>;

export type Decisions = ReturnType<typeof useDecisions>;

/** Decides items of a certification. The problems stand beside the items until these are decided again. */
export function useDecisions(certificationId: string) {
  const [, send] = useMutation(decideItems);
  const [problems, setProblems] = useState<Problems>(new Map());

  /** Decides items alike; returns the ids of those that were not decided. */
  async function decide(ids: string[], decision: DecisionInput, comment: string | null): Promise<string[]> {
    const decisions = ids.map((itemId) => ({ itemId, decision, comment, bulk: ids.length > 1 }));
    const { data, error } = await send({ input: { certificationId, decisions } });
    const payload = data?.decideReviewItems;
    const found = new Map<string, string>();
    for (const each of payload?.errors ?? []) {
      each.ids.forEach((id) => found.set(id, refusal(each)));
    }
    const failure = payload?.errors.find((each) => each.ids.length === 0);
    if (failure || !payload) {
      const text = failure ? refusal(failure) : error ? textOf(error) : 'The gateway did not say whether this was saved.';
      ids.forEach((id) => found.has(id) || found.set(id, text));
    }
    setProblems((before) => new Map([...[...before].filter(([id]) => !ids.includes(id)), ...found]));
    const done = ids.length - found.size;
    const word = decision === 'APPROVE' ? 'approved' : 'revoked';
    announce([done > 0 && `${done} ${word}.`, found.size > 0 && `${found.size} could not be ${word}.`].filter(Boolean).join(' '));
    if (done > 0) {
      tellOtherTabs({ certification: certificationId });
    }
    return [...found.keys()];
  }
  return { decide, problems };
}
