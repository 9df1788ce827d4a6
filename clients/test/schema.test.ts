import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from 'graphql';
import { ask } from './gateway';

const schema = buildSchema(readFileSync('build/schema.graphql', 'utf8'));

test('every type with an id is a Node, so that a cache may store its objects by it', () => {
  const others = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type.getFields().id && !type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name);
  assert.deepEqual(others, []);
});

test('introspection answers the schema of the files, and is valid', async () => {
  const query = getIntrospectionQuery({ oneOf: true, specifiedByUrl: true, schemaDescription: true, directiveIsRepeatable: true, inputValueDeprecation: true });
  const introspection = await ask(query);
  const answered = buildClientSchema(introspection);
  assert.deepEqual(validateSchema(answered), []);
  const text = (of: typeof schema) => printSchema(lexicographicSortSchema(of));
  assert.equal(text(answered), text(schema));
  const places: string[] = introspection.__schema.types.find(({ name }: any) => name === '__DirectiveLocation').enumValues.map(({ name }: any) => name);
  for (const { name, locations } of introspection.__schema.directives) {
    assert.deepEqual(locations.filter((place: string) => !places.includes(place)), [], `@${name}`);
  }
});
