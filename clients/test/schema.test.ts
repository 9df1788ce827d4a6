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
import { embedded } from '../embedded';
import { ask } from './gateway';

const schema = buildSchema(readFileSync('build/schema.graphql', 'utf8'));

test('every type with an identifier of the REST API alone is embedded', () => {
  const others = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => type.getFields().rawId && !type.getFields().id)
    .map(({ name }) => name);
  assert.deepEqual(others.sort(), embedded);
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
