import assert from 'node:assert/strict';
import { before, mock, test } from 'node:test';
import { cacheExchange } from '@urql/exchange-graphcache';
import { cacheExchange as documentCache, type Client } from 'urql';
import { EverythingQueryDocument as everything, PartlyQueryDocument as partly } from '../build/gql/graphql';
import possible from '../build/possible-types';
import { createClient } from '../urql/client';
import { answersTo, differences, endpoint, someCertification } from './gateway';

// In development graphcache warns that objects lack the fields of fragments on other types.
before(() => mock.method(console, 'warn', () => {}));

const variables = { first: 5, items: 100 };

/** Returns where a client's cache differs from the gateway's response. */
async function misread(client: Client): Promise<string[]> {
  const [answer] = await answersTo(() => client.query(everything, variables).toPromise());
  assert.equal(answer.errors, undefined);
  return differences(answer.data, client.readQuery(everything, variables)?.data);
}

test('what urql shows is what was answered', async () => {
  assert.deepEqual(await misread(createClient(endpoint)), []);
});

test('without keys, too, graphcache shows what was answered', async () => {
  const cache = cacheExchange({ possibleTypes: possible.possibleTypes });
  assert.deepEqual(await misread(createClient(endpoint, cache)), []);
});

test('the document cache needs no keys', async () => {
  assert.deepEqual(await misread(createClient(endpoint, documentCache)), []);
});

test('where a part cannot be read, urql shows the rest', async () => {
  const { data, error } = await createClient(endpoint).query(partly, { id: await someCertification() }).toPromise();
  assert.deepEqual(error?.graphQLErrors.map(({ path }) => path), [['certificationTask']]);
  assert.equal(typeof data?.certification?.name, 'string');
  assert.equal(data?.certificationTask, null);
});
