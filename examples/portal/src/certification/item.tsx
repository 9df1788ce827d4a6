import { useId, useState, type FormEvent } from 'react';
import { graphql } from '../gql';
import type { DecisionInput, ItemFragment, MandatoryCommentRequirement } from '../gql/graphql';
import { announce } from '../shell/announcer';
import { needsComment } from './comment-rule';

export const itemFragment = graphql(`
  fragment Item on AccessReviewItem {
    id
    completed
    decision
    comment
    newAccess
    identity { id name completed }
    access {
      __typename
      rawId
      name
      description
      privileged
      ... on Entitlement { sourceName account { name nativeIdentity } }
    }
  }
`);

const kinds = { Entitlement: 'Entitlement', AccessProfile: 'Access profile', Role: 'Role', OtherAccess: 'Other access' };
const verbs = { APPROVE: 'Approve', REVOKE: 'Revoke' };

type Props = {
  item: ItemFragment;
  title: 'identity' | 'access'; // what distinguishes it from the others of its group
  rule?: MandatoryCommentRequirement | null;
  decide?: (decision: DecisionInput, comment: string | null) => Promise<boolean>; // whether it was; absent where nothing can be decided
  problem?: string;
  selected: boolean;
  select: (selected: boolean) => void;
};

/** A review item with its decision. */
export function Item({ item, title, rule, decide, problem, selected, select }: Props) {
  const [draft, setDraft] = useState<{ decision?: DecisionInput; text: string } | null>(null);
  const [hint, setHint] = useState('');
  const id = useId();
  const name = title === 'access' ? (item.access?.name ?? 'Unnamed access') : (item.identity?.name ?? 'Unnamed identity');
  const what = `${item.access?.name ?? 'unnamed access'} of ${item.identity?.name ?? 'an unnamed identity'}`;

  const close = () => {
    setDraft(null);
    setHint('');
  };
  const toggle = () => (draft ? close() : setDraft({ decision: item.decision === 'UNRECOGNIZED' ? undefined : (item.decision ?? undefined), text: item.comment ?? '' }));
  const choose = async (decision: DecisionInput) => {
    const comment = draft?.text.trim() || null;
    if (!draft && decision === item.decision) {
      announce(`This is ${decision === 'APPROVE' ? 'approved' : 'revoked'} already.`);
    } else if (!comment && needsComment(rule, decision)) {
      setDraft({ decision, text: '' });
      setHint('The campaign requires a comment for this decision.');
    } else {
      close();
      const done = await decide?.(decision, comment);
      if (!done && comment) {
        setDraft({ decision, text: comment }); // it need not be written again
      }
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft?.decision) {
      void choose(draft.decision);
    } else {
      setHint('Choose Approve or Revoke.');
    }
  };

  return (
    <li className="item" data-item={item.id} tabIndex={-1} aria-label={what}>
      {decide && <input type="checkbox" aria-label={`Select ${what}`} checked={selected} onChange={(event) => select(event.target.checked)} />}
      <div className="what">
        <h3>{name}</h3>
        <p className="faint">{factsOf(item).join(' · ')}</p>
        {item.comment && !draft && <p className="comment">“{item.comment}”</p>}
      </div>
      {decide ? (
        <div className="decision" role="group" aria-label={`Decision about ${what}`}>
          {(['APPROVE', 'REVOKE'] as const).map((decision) => (
            <button key={decision} type="button" data-decision={decision} aria-pressed={item.decision === decision} onClick={() => choose(decision)}>
              {verbs[decision]}
            </button>
          ))}
          <button type="button" className="quiet" aria-expanded={draft !== null} onClick={toggle}>
            Comment
          </button>
        </div>
      ) : (
        <Decided decision={item.decision} />
      )}
      {draft && (
        <form className="draft" onSubmit={submit}>
          <label htmlFor={id}>Comment</label>
          <input id={id} autoFocus maxLength={1000} autoComplete="off" value={draft.text} onChange={(event) => setDraft({ ...draft, text: event.target.value })} aria-describedby={hint ? `${id}-hint` : undefined} />
          {draft.decision && <button className="primary">{verbs[draft.decision]} with comment</button>}
          <button type="button" onClick={close}>
            Cancel
          </button>
          {hint && (
            <p id={`${id}-hint`} role="status">
              {hint}
            </p>
          )}
        </form>
      )}
      {problem && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

/** The decision where it cannot be changed. */
function Decided({ decision }: { decision: ItemFragment['decision'] }) {
  if (!decision) {
    return <span className="tag">Undecided</span>;
  }
  return <span className={decision === 'REVOKE' ? 'tag bad' : 'tag good'}>{decision === 'REVOKE' ? 'Revoked' : 'Approved'}</span>;
}

/** Returns what there is to know of an item's access, besides its name. */
function factsOf({ access, newAccess }: ItemFragment): string[] {
  if (!access) {
    return [];
  }
  const entitlement = access.__typename === 'Entitlement' ? access : undefined;
  return [
    kinds[access.__typename],
    entitlement?.sourceName,
    entitlement?.account?.name && `account ${entitlement.account.name}`,
    access.privileged && 'privileged',
    newAccess && 'new',
    access.description,
  ].filter((fact): fact is string => Boolean(fact));
}
