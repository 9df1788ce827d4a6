import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  GraphQLSchema,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { embedded } from '../embedded';
import { ask } from './gateway';

const schema = buildSchema(readFileSync('build/schema.graphql', 'utf8'));

test('every type with an id is a Node, is embedded, or is known to be the same wherever it is shown', () => {
  const others = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type.getFields().id && !type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name);
  assert.deepEqual(others.sort(), [...embedded, 'IdentitySummary'].sort());
});

test('introspection answers the schema of the files', async () => {
  const answered = buildClientSchema(await ask(getIntrospectionQuery({ oneOf: true })));
  // The files declare no directives; the gateway adds @defer.
  const text = (of: typeof schema) => printSchema(lexicographicSortSchema(new GraphQLSchema({ ...of.toConfig(), directives: [] })));
  assert.equal(text(answered), text(schema));
});
