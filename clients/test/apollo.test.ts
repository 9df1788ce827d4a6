import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CombinedGraphQLErrors, gql, InMemoryCache, type ApolloClient } from '@apollo/client';
import { createCache, createClient } from '../apollo/client';
import { EverythingQueryDocument as everything, PartlyQueryDocument as partly } from '../build/gql/graphql';
import possible from '../build/possible-types';
import { answersTo, differences, endpoint, someCertification } from './gateway';

const variables = { first: 5, items: 100 };

/** Returns where a client's cache differs from the gateway's response. */
async function misread(client: ApolloClient): Promise<string[]> {
  const [answer] = await answersTo(() => client.query({ query: everything, variables }));
  assert.equal(answer.errors, undefined);
  return differences(answer.data, client.readQuery({ query: everything, variables }));
}

test('what Apollo shows is what was answered', async () => {
  assert.deepEqual(await misread(createClient(endpoint)), []);
});

test('without typePolicies, too, Apollo shows what was answered', async () => {
  const cache = new InMemoryCache({ possibleTypes: possible.possibleTypes });
  assert.deepEqual(await misread(createClient(endpoint, cache)), []);
});

test('where a part cannot be read, Apollo shows the rest', async () => {
  const { data, error } = await createClient(endpoint).query({ query: partly, variables: { id: await someCertification() } });
  assert.ok(CombinedGraphQLErrors.is(error));
  assert.deepEqual(error.errors.map(({ path }) => path), [['certificationTask']]);
  assert.equal(typeof data?.certification?.name, 'string');
  assert.equal(data?.certificationTask, null);
});

test('two queries that read different fields of an embedded object leave each other whole', () => {
  const cache = createCache();
  const id = 'a global id';
  const [names, types] = ['name', 'type'].map((field) => gql`query ($id: ID!) { certification(id: $id) { id reviewer { rawId ${field} } } }`);
  const write = (query: typeof names, fields: object) => {
    const reviewer = { __typename: 'Reviewer', ...fields };
    cache.writeQuery({ query: query!, variables: { id }, data: { certification: { __typename: 'Certification', id, reviewer } } });
  };
  write(names, { rawId: '1', name: 'Ana' });
  write(types, { rawId: '1', type: 'IDENTITY' });
  const name = () => cache.readQuery<any>({ query: names!, variables: { id } })?.certification.reviewer.name;
  assert.equal(name(), 'Ana');
  write(types, { rawId: '2', type: 'GOVERNANCE_GROUP' }); // another one, whose name is not known
  assert.equal(name(), undefined);
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
