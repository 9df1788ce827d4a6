import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CombinedGraphQLErrors, gql, InMemoryCache, type ApolloClient } from '@apollo/client';
import { createCache, createClient } from '../apollo/client';
import { afterDecisions, afterReassignment, afterSignOff } from '../apollo/writes';
import { EverythingQueryDocument as everything, PartlyQueryDocument as partly } from '../build/gql/graphql';
import possible from '../build/possible-types';
import { decide, reassign, signOff } from '../documents';
import { answersTo, confuses, differences, endEachByItself, endpoint, someCertification } from './gateway';
import { lists } from './lists';
import { review } from './review';

const variables = { first: 12, items: 100 };

/** Returns where a client's cache differs from the gateway's response. */
async function misread(client: ApolloClient): Promise<string[]> {
  const [answer] = await answersTo(() => client.query({ query: everything, variables }), endEachByItself);
  assert.equal(answer.errors, undefined);
  confuses(answer.data);
  return differences(answer.data, client.readQuery({ query: everything, variables }));
}

test('what Apollo shows is what was answered', async () => {
  assert.deepEqual(await misread(createClient(endpoint)), []);
});

test('with default settings, too, Apollo shows what was answered', async () => {
  const cache = new InMemoryCache({ possibleTypes: possible.possibleTypes });
  assert.deepEqual(await misread(createClient(endpoint, { cache })), []);
});

test('where a part cannot be read, Apollo shows the rest', async () => {
  const { data, error } = await createClient(endpoint).query({ query: partly, variables: { id: await someCertification() } });
  assert.ok(CombinedGraphQLErrors.is(error));
  assert.deepEqual(error.errors.map(({ path }) => path), [['certificationTask']]);
  assert.equal(typeof data?.certification?.name, 'string');
  assert.equal(data?.certificationTask, null);
});

test('an object without id is replaced by the next one, with a warning if fields are lost', (t) => {
  const warn = t.mock.method(console, 'warn', () => {});
  const cache = createCache();
  const id = 'a global id';
  const [names, types] = ['name', 'type'].map((field) => gql`query ($id: ID!) { certification(id: $id) { id reviewer { ${field} } } }`);
  const write = (query: typeof names, fields: object) => {
    const reviewer = { __typename: 'Reviewer', ...fields };
    cache.writeQuery({ query: query!, variables: { id }, data: { certification: { __typename: 'Certification', id, reviewer } } });
  };
  write(names, { name: 'Ana' });
  write(types, { type: 'GOVERNANCE_GROUP' }); // which may be another one
  assert.equal(cache.readQuery({ query: names!, variables: { id } }), null); // so that Apollo reads it again
  assert.match(String(warn.mock.calls[0]?.arguments[0]), /Cache data may be lost/);
});

test('lists of different filters, orders and offsets are different lists', () => {
  const cache = createCache();
  const list = gql`query ($completed: Boolean, $orderBy: [CertificationOrder!], $offset: Int) {
    certifications(first: 1, filter: { completed: $completed }, orderBy: $orderBy, offset: $offset) { edges { node { id } } }
  }`;
  const several = [{}, { completed: true }, { orderBy: [{ field: 'DUE' }] }, { offset: 1 }];
  several.forEach((variables, i) => {
    const node = { __typename: 'Certification', id: `${i}` };
    const edges = [{ __typename: 'CertificationEdge', node }];
    cache.writeQuery({ query: list, variables, data: { certifications: { __typename: 'CertificationConnection', edges } } });
  });
  const shown = several.map((variables) => cache.readQuery<any>({ query: list, variables }).certifications.edges);
  assert.deepEqual(shown.map((edges) => edges.map(({ node }: any) => node.id)), [['0'], ['1'], ['2'], ['3']]);
});

test('after a write no list in Apollo is stale', async () => {
  const client = createClient(endpoint);
  await review(
    {
      lists: async (id, again) => {
        const fetchPolicy = again ? 'network-only' : 'cache-first';
        return (await client.query({ query: lists, variables: { id }, fetchPolicy })).data;
      },
      known: (id) => client.readQuery({ query: lists, variables: { id } }),
      decide: async (input) => {
        const { data } = await client.mutate({ mutation: decide, variables: { input }, update: afterDecisions });
        return data?.decideReviewItems?.errors;
      },
      reassign: async (input, identities) => {
        const { data } = await client.mutate({ mutation: reassign, variables: { input, identities }, update: afterReassignment });
        return data?.reassignReviewItems?.errors;
      },
      signOff: async (input) => {
        const { data } = await client.mutate({ mutation: signOff, variables: { input }, update: afterSignOff });
        return data?.signOffCertification?.errors;
      },
    },
    0,
  );
});
