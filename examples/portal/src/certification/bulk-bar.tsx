import { useId, useState } from 'react';
import type { DecisionInput, MandatoryCommentRequirement } from '../gql/graphql';
import { needsComment } from './comment-rule';

type Props = {
  count: number;
  rule?: MandatoryCommentRequirement | null;
  decide: (decision: DecisionInput, comment: string | null) => Promise<void>;
  reassign: () => void;
  clear: () => void;
};

/** What can be done to all selected items at once, with one comment. */
export function BulkBar({ count, rule, decide, reassign, clear }: Props) {
  const [comment, setComment] = useState('');
  const [hint, setHint] = useState('');
  const [busy, setBusy] = useState(false);
  const id = useId();
  const choose = async (decision: DecisionInput) => {
    if (!comment.trim() && needsComment(rule, decision)) {
      setHint('The campaign requires a comment for this decision.');
      document.getElementById(id)?.focus();
      return;
    }
    setBusy(true);
    setHint('');
    await decide(decision, comment.trim() || null);
    setBusy(false);
  };
  return (
    <div className="bulk" role="group" aria-label="Selected items">
      <span className="count">
        <strong>{count} selected</strong>
        <button type="button" className="quiet" onClick={clear}>
          Clear
        </button>
      </span>
      <span className="field">
        <label htmlFor={id}>Comment for all</label>
        <input id={id} maxLength={1000} autoComplete="off" value={comment} onChange={(event) => setComment(event.target.value)} aria-describedby={hint ? `${id}-hint` : undefined} />
      </span>
      <span className="actions">
        <button type="button" disabled={busy} onClick={() => choose('APPROVE')}>
          Approve all
        </button>
        <button type="button" disabled={busy} onClick={() => choose('REVOKE')}>
          Revoke all
        </button>
        <button type="button" disabled={busy} onClick={reassign}>
          Reassign…
        </button>
      </span>
      {hint && (
        <p id={`${id}-hint`} role="alert">
          {hint}
        </p>
      )}
    </div>
  );
}
