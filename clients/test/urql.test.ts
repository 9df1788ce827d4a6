import assert from 'node:assert/strict';
import { before, beforeEach, mock, test } from 'node:test';
import { cacheExchange } from '@urql/exchange-graphcache';
import { cacheExchange as documentCache, type Client } from 'urql';
import { EverythingQueryDocument as everything, PartlyQueryDocument as partly } from '../build/gql/graphql';
import possible from '../build/possible-types';
import { decide, reassign, signOff } from '../documents';
import { createClient } from '../urql/client';
import { answersTo, confuses, differences, endEachByItself, endpoint, someCertification } from './gateway';
import { lists } from './lists';
import { review } from './review';

let warnings: unknown[] = [];
before(() => mock.method(console, 'warn', (text: unknown) => warnings.push(text)));
beforeEach(() => { warnings = []; });

const variables = { first: 12, items: 100 };

/** Returns where a client's cache differs from the gateway's response. */
async function misread(client: Client): Promise<string[]> {
  const [answer] = await answersTo(() => client.query(everything, variables).toPromise(), endEachByItself);
  assert.equal(answer.errors, undefined);
  confuses(answer.data);
  return differences(answer.data, client.readQuery(everything, variables)?.data);
}

test('what urql shows is what was answered', async () => {
  assert.deepEqual(await misread(createClient(endpoint)), []);
  // In development it warns that objects lack the fields of fragments on other types, and of nothing else.
  assert.deepEqual(warnings.filter((text) => !String(text).startsWith('Invalid undefined: The field at `')), []);
});

test('with default settings, too, graphcache shows what was answered', async () => {
  assert.deepEqual(await misread(createClient(endpoint, { cache: cacheExchange({ possibleTypes: possible.possibleTypes }) })), []);
  assert.deepEqual(await misread(createClient(endpoint, { cache: cacheExchange() })), []);
  assert.ok(warnings.some((text) => /^Invalid key: .* `keys` config for `Entitlement`/s.test(String(text))), `it warns of ${warnings}`);
});

test('the document cache shows it, too', async () => {
  assert.deepEqual(await misread(createClient(endpoint, { cache: documentCache })), []);
});

test('where a part cannot be read, urql shows the rest', async () => {
  const { data, error } = await createClient(endpoint).query(partly, { id: await someCertification() }).toPromise();
  assert.deepEqual(error?.graphQLErrors.map(({ path }) => path), [['certificationTask']]);
  assert.equal(typeof data?.certification?.name, 'string');
  assert.equal(data?.certificationTask, null);
});

test('after a write no list in graphcache is stale', async () => {
  const client = createClient(endpoint);
  await review(
    {
      lists: async (id, again) => {
        const requestPolicy = again ? 'network-only' : 'cache-first';
        return (await client.query(lists, { id }, { requestPolicy }).toPromise()).data;
      },
      known: (id) => client.readQuery(lists, { id })?.data,
      decide: async (input) => (await client.mutation(decide, { input }).toPromise()).data?.decideReviewItems?.errors,
      reassign: async (input, identities) =>
        (await client.mutation(reassign, { input, identities }).toPromise()).data?.reassignReviewItems?.errors,
      signOff: async (input) => (await client.mutation(signOff, { input }).toPromise()).data?.signOffCertification?.errors,
    },
    1,
  );
});
