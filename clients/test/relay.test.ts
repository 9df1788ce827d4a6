import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitMutation, ConnectionHandler, createOperationDescriptor, fetchQuery, getRequest } from 'relay-runtime';
import type { Environment, GraphQLTaggedNode, OperationType, Variables } from 'relay-runtime';
import { createEnvironment } from '../relay/environment';
import { decide, reassign, signOff } from '../relay/writes';
import { everything } from './everything';
import { answersTo, confuses, differences, endEachByItself, endpoint, someCertification } from './gateway';
import { partly } from './partly';
import { lists } from './relay-lists';
import { review } from './review';

/** Sends a query, and returns the gateway's response, possibly altered, and what the environment then shows. */
async function read(environment: Environment, query: GraphQLTaggedNode, variables: Variables, alter?: (body: any) => void) {
  const [answer] = await answersTo(() => fetchQuery<OperationType>(environment, query, variables).toPromise(), alter);
  const { data } = environment.lookup(createOperationDescriptor(getRequest(query), variables).fragment);
  return { answer, shown: data as any };
}

test('what Relay shows is what was answered', async () => {
  const { answer, shown } = await read(createEnvironment(endpoint), everything, { first: 12, items: 100 }, endEachByItself);
  assert.equal(answer.errors, undefined);
  confuses(answer.data);
  assert.deepEqual(differences(answer.data, shown), []);
});

test('where a part cannot be read, Relay shows the rest', async () => {
  const { answer, shown } = await read(createEnvironment(endpoint), partly, { id: await someCertification() });
  assert.deepEqual(answer.errors.map(({ path }: any) => path), [['certificationTask']]);
  assert.equal(shown.certification.name, answer.data.certification.name);
  assert.equal(shown.certificationTask, null);
});

test('after a write no list in Relay is stale', async () => {
  const environment = createEnvironment(endpoint);
  const known = (id: string) => environment.lookup(createOperationDescriptor(getRequest(lists), { id }).fragment).data as any;
  /** Sends a mutation, and returns the refusals. */
  const send = (mutation: GraphQLTaggedNode, variables: Variables) =>
    new Promise<any>((resolve, reject) => {
      const onCompleted = (data: any) => resolve(data[Object.keys(data)[0]!].errors);
      commitMutation(environment, { mutation, variables, onCompleted, onError: reject });
    });
  const undecided = (id: string): string[] =>
    [id, ...known(id).certification.identities.edges.map(({ node }: any) => node.id)].map((parent) =>
      ConnectionHandler.getConnectionID(parent, 'lists_undecided', { filter: { completed: false } }),
    );
  const active = ConnectionHandler.getConnectionID('client:root', 'lists_active', { filter: { phase: 'ACTIVE' } });
  await review(
    {
      lists: async (id, again) => {
        if (again || !environment.check(createOperationDescriptor(getRequest(lists), { id })).status.includes('available')) {
          await fetchQuery<OperationType>(environment, lists, { id }).toPromise();
        }
        return known(id);
      },
      known,
      decide: (input) => send(decide, { input, undecided: undecided(input.certificationId) }),
      reassign: (input, identities) =>
        send(reassign, {
          input,
          identities,
          itemLists: [ConnectionHandler.getConnectionID(input.certificationId, 'lists_all'), ...undecided(input.certificationId)],
          identityLists: [ConnectionHandler.getConnectionID(input.certificationId, 'lists_identities')],
          certificationLists: [active],
        }),
      signOff: (input) => send(signOff, { input, active: [active] }),
    },
    2,
  );
});
