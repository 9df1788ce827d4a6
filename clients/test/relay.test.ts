import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOperationDescriptor, fetchQuery, getRequest } from 'relay-runtime';
import type { Environment, GraphQLTaggedNode, OperationType, Variables } from 'relay-runtime';
import { createEnvironment } from '../relay/environment';
import { everything } from './everything';
import { answersTo, differences, endpoint, someCertification } from './gateway';
import { partly } from './partly';

/** Sends a query, and returns the gateway's response and what the environment then shows. */
async function read(environment: Environment, query: GraphQLTaggedNode, variables: Variables) {
  const [answer] = await answersTo(() => fetchQuery<OperationType>(environment, query, variables).toPromise());
  const { data } = environment.lookup(createOperationDescriptor(getRequest(query), variables).fragment);
  return { answer, shown: data as any };
}

test('what Relay shows is what was answered', async () => {
  const { answer, shown } = await read(createEnvironment(endpoint), everything, { first: 5, items: 100 });
  assert.equal(answer.errors, undefined);
  assert.deepEqual(differences(answer.data, shown), []);
});

test('where a part cannot be read, Relay shows the rest', async () => {
  const { answer, shown } = await read(createEnvironment(endpoint), partly, { id: await someCertification() });
  assert.deepEqual(answer.errors.map(({ path }: any) => path), [['certificationTask']]);
  assert.equal(shown.certification.name, answer.data.certification.name);
  assert.equal(shown.certificationTask, null);
});
