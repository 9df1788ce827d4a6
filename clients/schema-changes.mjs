/**
 * Compares two schemas as graphql-inspector does, and prints each breaking or dangerous change that a
 * changelog does not name in its newest section: `node schema-changes.mjs OLD NEW CHANGELOG`. The exit
 * code is 1 if there is one.
 */
import { readFileSync } from 'node:fs';
import { diff, CriticalityLevel } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [before, after, changelog] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const [, newest = ''] = changelog.split(/^## /m);

const unnamed = (await diff(buildSchema(before), buildSchema(after)))
  .filter(({ criticality }) => criticality.level !== CriticalityLevel.NonBreaking)
  .map((change) => ({ ...change, coordinate: coordinateOf(change) }))
  .filter(({ coordinate }) => !newest.includes(`\`${coordinate}\``));

for (const { criticality, coordinate, message } of unnamed) {
  console.log(`${criticality.level.toLowerCase()}: \`${coordinate}\`: ${message}`);
}
process.exitCode = unnamed.length > 0 ? 1 : 0;

/** Returns the coordinate of what has changed, such as `Query.node(id:)` or `@defer(if:)`. */
function coordinateOf({ type, path = 'schema' }) {
  if (/^(FIELD|DIRECTIVE)_ARGUMENT_/.test(type)) {
    return path.replace(/\.(\w+)$/, '($1:)');
  }
  return path.replace('.@', ' @');
}
