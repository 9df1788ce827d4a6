import { authorised, identity, signIn } from './caller.js';
import bulk from './examples/bulk.graphql';
import day from './examples/day.graphql';
import decide from './examples/decide.graphql';
import deferred from './examples/defer.graphql';
import queue from './examples/queue.graphql';
import reassign from './examples/reassign.graphql';

/**
 * An operation for each job. None names an object: `variables` makes them of a certification that still has something to
 * decide, `{ id, items, heir }`, of which `items` are ids of what is undecided and `heir` is somebody else's. `reviewer`
 * says that it is of use to somebody who reviews.
 */
export const examples = [
  { name: 'My queue', about: 'what there is to review, the most urgent first', query: queue, reviewer: true },
  {
    name: 'Decide an item',
    about: 'approve or revoke, with a comment',
    query: decide,
    variables: ({ id, items }) => ({ input: { certificationId: id, decisions: approve(items.slice(0, 1)) } }),
  },
  {
    name: 'Decide in bulk',
    about: 'many items in one REST call',
    query: bulk,
    variables: ({ id, items }) => ({ input: { certificationId: id, decisions: approve(items.slice(0, 25)) } }),
  },
  {
    name: 'Reassign and follow',
    about: 'pass an item on, and watch the task',
    query: reassign,
    variables: ({ id, items, heir }) => ({
      input: {
        certificationId: id,
        references: items.slice(0, 1).map((item) => ({ id: item, type: 'ITEM' })),
        reassignTo: heir,
        reason: 'Knows the team better',
      },
    }),
  },
  { name: '@defer', about: 'what is slow comes after what is not', query: deferred, variables: ({ id }) => ({ id }) },
  {
    name: "A reviewer's day",
    about: 'queue, review, decide, sign off',
    query: day,
    reviewer: true,
    variables: ({ id, items }) => ({ id, input: { certificationId: id, decisions: approve(items) } }),
  },
];

/** What the first tab holds if there is nothing else. */
export const firstQuery = queue;

const approve = (items) => items.map((itemId) => ({ itemId, decision: 'APPROVE', comment: 'Still needed' }));
const unknown = { id: '', items: [''], heir: '' }; // what is left to be filled in

/**
 * Returns an example as a tab holds it, with the variables filled in by what the caller may see. On the sandbox, one for
 * reviewers signs in as one of them, unless that was done.
 */
export async function prepared({ query, variables, reviewer }, { endpoint, identities }) {
  const someone = reviewer && !identity.get() && identities?.find(({ id }) => id === 'reviewer-1');
  if (someone) {
    await signIn(someone);
  }
  if (!variables) {
    return { query };
  }
  const found = await undecided(endpoint).catch(() => null);
  return { query, variables: JSON.stringify(variables(found ?? unknown), null, 2) };
}

/** Finds the certification that has least left to decide, and who could take some of it over; null if there is none. */
async function undecided(url) {
  const { certifications, identities } = await ask(
    url,
    `query PlaygroundCertifications {
      certifications(first: 50, filter: { phase: ACTIVE, completed: false }, orderBy: [{ field: DUE }]) {
        nodes { id decisionsMade decisionsTotal reviewer { rawId } }
      }
      identities(search: "a", first: 5) { nodes { rawId } }
    }`,
  );
  const open = (certifications?.nodes ?? [])
    .map((node) => ({ ...node, left: node.decisionsTotal - node.decisionsMade }))
    .filter(({ left }) => left > 0)
    .sort((a, b) => a.left - b.left)[0];
  if (!open) {
    return null;
  }
  const { certification } = await ask(
    url,
    `query PlaygroundItems($id: ID!) {
      certification(id: $id) { reviewItems(first: 250, filter: { completed: false }) { nodes { id identity { identityId } } } }
    }`,
    { id: open.id },
  );
  const items = certification.reviewItems.nodes;
  const taken = [open.reviewer?.rawId, ...items.map(({ identity }) => identity?.identityId)];
  const heir = (identities?.nodes ?? []).find(({ rawId }) => !taken.includes(rawId))?.rawId ?? '';
  return { id: open.id, items: items.map(({ id }) => id), heir };
}

async function ask(url, query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: authorised({ 'content-type': 'application/json' }),
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}
