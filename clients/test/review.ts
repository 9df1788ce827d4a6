import assert from 'node:assert/strict';
import type { DecideReviewItemsInput, ReassignReviewItemsInput, SignOffCertificationInput } from '../build/gql/graphql';
import { ask } from './gateway';

/** A client with the recipes of docs/clients.md for what to do after a write. Its writes return the refusals. */
export interface Reviewing {
  /** Returns the lists, which it reads from the gateway if they are not known, or not any longer, or if they are to be read again. */
  lists(id: string, again?: boolean): Promise<any>;
  /** Returns the lists as the client has them, without asking the gateway; undefined if it does not have them all. */
  known(id: string): any;
  decide(input: DecideReviewItemsInput): Promise<any>;
  reassign(input: ReassignReviewItemsInput, identities: string[]): Promise<any>;
  signOff(input: SignOffCertificationInput): Promise<any>;
}

const current = `query ($id: ID!) {
  certification(id: $id) {
    id rawId phase completed signed decisionsMade decisionsTotal identitiesCompleted identitiesTotal
    all: reviewItems(first: 250) { edges { node { id decision comment completed identity { id identityId completed } } } }
    undecided: reviewItems(first: 250, filter: { completed: false }) { edges { node { id decision } } }
    identities: identitySummaries(first: 250) { edges { node { id completed undecided: reviewItems(first: 50, filter: { completed: false }) { edges { node { id } } } } } }
  }
  active: certifications(first: 1000, filter: { phase: ACTIVE }) { edges { node { id phase decisionsTotal reassignment { from { rawId } } } } }
}`;

/** Returns a certification in which nothing is decided: the one at a place from the end, since the tests of the pages use the first. */
async function untouched(place: number) {
  const { certifications } = await ask(`{ certifications(first: 1000, filter: { phase: ACTIVE }) {
    nodes { id rawId decisionsMade decisionsTotal identitiesTotal reviewer { rawId type } reassignment { comment } }
  } }`);
  const people = certifications.nodes.filter(({ reviewer }: any) => reviewer.type === 'IDENTITY');
  const fitting = people.filter(
    ({ decisionsMade, decisionsTotal, identitiesTotal, reassignment }: any) =>
      decisionsMade === 0 && decisionsTotal < 60 && identitiesTotal > 3 && !reassignment,
  );
  assert.ok(fitting.length > 10, `${fitting.length} certifications fit`);
  const { id, reviewer: own } = fitting.at(-1 - place);
  const others = people.map(({ reviewer }: any) => reviewer.rawId).filter((reviewer: string) => reviewer !== own.rawId);
  return { id, others };
}

/** Returns what can be compared of the lists: the rows without cursors and names of types, and of the queue only what the certification is about. */
function comparable({ certification, active }: any, rawId: string) {
  const { all, undecided, identities, ...progress } = JSON.parse(JSON.stringify(certification));
  delete progress.__typename, delete progress.rawId;
  const item = ({ id, decision, comment, completed, identity }: any) => ({ id, decision, comment, completed, identity: [identity.id, identity.completed] });
  return {
    progress,
    all: all.edges.map(({ node }: any) => item(node)),
    undecided: undecided.edges.map(({ node }: any) => [node.id, node.decision]),
    identities: identities.edges.map(({ node }: any) => [node.id, node.completed, node.undecided.edges.map(({ node }: any) => node.id)]),
    // In the order of their ids, since a client does not know where the list has a new one.
    active: active.edges
      .map(({ node }: any) => node)
      .filter(({ id, reassignment }: any) => id === certification.id || reassignment?.from.rawId === rawId)
      .map(({ id, phase, decisionsTotal }: any) => [id, phase, decisionsTotal])
      .sort(),
  };
}

/** Takes a certification through all writes, and compares what a client shows after each with what is true. */
export async function review(client: Reviewing, place: number) {
  const { id, others } = await untouched(place);
  const start = await ask(current, { id });
  const { rawId } = start.certification;
  const same = async (when: string) => {
    const expected = comparable(await ask(current, { id }), rawId);
    assert.deepEqual(comparable(await client.lists(id), rawId), expected, when);
    assert.deepEqual(comparable(client.known(id), rawId), expected, `${when}, without asking again`);
    return expected;
  };
  const decide = async (items: string[]) => {
    const decisions = items.map((itemId) => ({ itemId, decision: 'APPROVE' as const, comment: 'Still needed', bulk: false }));
    assert.deepEqual(await client.decide({ certificationId: id, decisions }), []);
  };
  const before = await same('at first');
  assert.equal(before.active.length, 1);

  // The items of each identity, those with several of them first.
  const identities = new Map<string, string[]>();
  for (const { id: item, identity: [summary] } of before.all) {
    identities.set(summary, [...(identities.get(summary) ?? []), item]);
  }
  const [parted, decided, moved] = [...identities].sort(([, a], [, b]) => b.length - a.length) as [string, string[]][];
  assert.ok(parted![1].length > 1);

  await decide([parted![1][0]!, ...decided![1]]);
  const first = await same('after a decision');
  assert.equal(first.undecided.length, before.undecided.length - 1 - decided![1].length);

  const people = new Set(start.certification.all.edges.map(({ node }: any) => node.identity.identityId));
  const reassignTo = others.find((reviewer: string) => !people.has(reviewer)); // nobody reviews their own access
  const references = [
    { id: parted![0], type: 'IDENTITY_SUMMARY' as const },
    ...moved![1].map((item) => ({ id: item, type: 'ITEM' as const })),
  ];
  const input = { certificationId: id, references, reassignTo, reason: 'Knows the team better' };
  assert.deepEqual(await client.reassign(input, [parted![0], moved![0]]), []);
  const second = await same('after a reassignment');
  assert.equal(second.all.length, first.all.length - (parted![1].length - 1) - moved![1].length);
  assert.equal(second.identities.length, first.identities.length - 1);
  assert.equal(second.active.length, 2);

  await decide(second.undecided.map(([item]: string[]) => item));
  await same('after all decisions');
  assert.deepEqual(await client.signOff({ certificationId: id }), []);
  const last = await same('after the sign-off');
  assert.equal(last.progress.phase, 'SIGNED');
  assert.equal(last.active.length, 1);
  assert.deepEqual(comparable(await client.lists(id, true), rawId), last, 'read again');
}
