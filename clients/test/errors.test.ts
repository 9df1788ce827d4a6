import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, isEnumType } from 'graphql';
import type { MutationErrorCode } from '../build/gql/graphql';
import { codeOf, describe, errorCodes, refusal, type ErrorCode } from '../gateway/errors';

const page = readFileSync('../docs/errors.md', 'utf8');

/** Returns the codes in the table below a heading of docs/errors.md, with what a row says of each. */
function table(heading: string): Map<string, string> {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const rows = [...section.split(/^## /m)[0]!.matchAll(/^\| (`[A-Z_`, ]+`) \| (.*) \|$/gm)];
  return new Map(rows.flatMap(([, codes, text]) => [...codes!.matchAll(/[A-Z_]+/g)].map(([code]) => [code, text!] as [string, string])));
}

test('the codes are those of docs/errors.md', () => {
  const seen = table('In `errors`');
  assert.ok(seen.delete('CANCELLED'), 'which only operators see');
  // Only /graphql responds to a client; what is under /auth is not a response of GraphQL.
  const ofSignIn = /sign|\/auth|tenant|sessions|`return`/;
  const before = [...table('Before the graph')].filter(([code, text]) => !seen.has(code) && !ofSignIn.test(text)).map(([code]) => code);
  assert.deepEqual(before.sort(), ['TOO_MANY_COOKIES', 'UNSUPPORTED_MEDIA_TYPE']);
  assert.deepEqual([...errorCodes].sort(), [...seen.keys(), ...before].sort());
});

test('each code, and each refusal, has a text, and one that is not known yet, too', () => {
  for (const code of errorCodes) {
    assert.match(describe({ message: 'm', extensions: { code } }), /^\S.*[.m]$/);
  }
  assert.equal(codeOf({ message: 'm', extensions: { code: 'OF_TOMORROW' } }), 'INTERNAL');
  assert.equal(codeOf({ message: 'm' }), 'INTERNAL');
  assert.match(describe({ message: 'm', extensions: { code: 'RATE_LIMITED', retryAfter: 7 } }), /7 seconds/);

  const type = buildSchema(readFileSync('build/schema.graphql', 'utf8')).getType('MutationErrorCode');
  assert.ok(isEnumType(type));
  for (const { name } of type.getValues()) {
    assert.match(refusal({ code: name as MutationErrorCode, message: 'in words' }), /\w/);
  }
  assert.equal(refusal({ code: 'OF_TOMORROW' as MutationErrorCode, message: 'in words' }), 'in words');
});

// The build fails unless TypeScript finds that a code is missing here.
export function forgetful(code: ErrorCode): string {
  switch (code) {
    case 'INTERNAL':
      return 'Something went wrong.';
    default:
      // @ts-expect-error
      return code satisfies never;
  }
}
