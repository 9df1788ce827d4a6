import { useId, useState, type FormEvent } from 'react';
import { useMutation } from 'urql';
import { refusal, textOf } from '../data/problems';
import { graphql } from '../gql';
import type { ItemFragment, ReassignReferenceInput } from '../gql/graphql';
import { announce } from '../shell/announcer';
import { Dialog } from '../shell/dialog';
import { tellOtherTabs } from '../shell/tabs';
import { PeoplePicker, type Person } from './people-picker';

/** How many references the gateway moves while one waits; more go into tasks. */
const atOnce = 50;

const reassignNow = graphql(`
  mutation Reassign($input: ReassignReviewItemsInput!) {
    reassignReviewItems(input: $input) {
      certification { id phase decisionsMade decisionsTotal identitiesCompleted identitiesTotal }
      errors { code message }
    }
  }
`);

const reassignInTasks = graphql(`
  mutation ReassignInTasks($input: ReassignReviewItemsInput!) {
    reassignReviewItemsAsync(input: $input) {
      tasks { id status }
      errors { code message }
    }
  }
`);

/** What to move: items, of which the undecided ones can be, or all items of an identity. */
export type Move = { items: ItemFragment[] } | { identity: string; name?: string | null };

type Props = {
  certificationId: string;
  move: Move;
  moving: (tasks: string[]) => void; // called with the tasks that have begun
  close: (done: boolean) => void;
};

/** Asks to whom items go, and why, and moves them. */
export function ReassignDialog({ certificationId, move, moving, close }: Props) {
  const [person, setPerson] = useState<Person | null>(null);
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [now, sendNow] = useMutation(reassignNow);
  const [later, sendLater] = useMutation(reassignInTasks);
  const id = useId();
  const references = referencesOf(move);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!person || !reason.trim()) {
      setProblem(person ? 'Say why, for whoever takes over.' : 'Choose who takes over.');
      return;
    }
    const input = { certificationId, references, reassignTo: person.id, reason: reason.trim() };
    const failed = references.length > atOnce ? await inTasks(input) : await atOnceFor(input);
    if (failed) {
      setProblem(failed);
    } else {
      close(true);
    }
  };

  /** Moves while one waits; returns what went wrong, if anything did. */
  const atOnceFor = async (input: Parameters<typeof sendNow>[0]['input']) => {
    const { data, error } = await sendNow({ input });
    const payload = data?.reassignReviewItems;
    if (!payload || payload.errors.length > 0) {
      return payload?.errors.map(refusal).join(' ') || (error && textOf(error)) || 'The gateway did not say whether this was moved.';
    }
    announce(`Reassigned to ${person?.name}.`);
    tellOtherTabs({ certification: certificationId });
    return '';
  };

  /** Has tasks move; returns what went wrong, if anything did. */
  const inTasks = async (input: Parameters<typeof sendLater>[0]['input']) => {
    const { data, error } = await sendLater({ input });
    const payload = data?.reassignReviewItemsAsync;
    moving(payload?.tasks.map(({ id }) => id) ?? []);
    return payload?.errors.map(refusal).join(' ') || (!payload && error && textOf(error)) || '';
  };

  return (
    <Dialog title={titleOf(move, references.length)} close={() => close(false)}>
      {references.length === 0 ? (
        <p>Everything selected is decided. Only undecided items can be reassigned.</p>
      ) : (
        <form onSubmit={submit} noValidate>
          {'items' in move && references.length < move.items.length && <p className="faint">Of what is selected, only undecided items can be reassigned.</p>}
          <PeoplePicker chosen={person} choose={setPerson} />
          <span className="field">
            <label htmlFor={id}>Reason</label>
            <input id={id} required maxLength={1000} autoComplete="off" value={reason} onChange={(event) => setReason(event.target.value)} />
          </span>
          {problem && <p role="alert">{problem}</p>}
          <p className="actions">
            <button className="primary" disabled={now.fetching || later.fetching}>
              {person ? `Reassign to ${person.name}` : 'Reassign'}
            </button>
            <button type="button" onClick={() => close(false)}>
              Cancel
            </button>
          </p>
        </form>
      )}
    </Dialog>
  );
}

const referencesOf = (move: Move): ReassignReferenceInput[] =>
  'items' in move
    ? move.items.filter(({ completed }) => !completed).map(({ id }) => ({ id, type: 'ITEM' }))
    : [{ id: move.identity, type: 'IDENTITY_SUMMARY' }];

function titleOf(move: Move, count: number) {
  if ('identity' in move) {
    return `Reassign ${move.name ?? 'this identity'}`;
  }
  return `Reassign ${count === 1 ? '1 item' : `${count} items`}`;
}
