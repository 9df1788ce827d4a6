import { Kind, parse, visit } from 'graphql';

/** Returns the document of a text; undefined if it is none. */
export function documentOf(text) {
  try {
    return parse(text);
  } catch {
    return undefined; // somebody is still writing it, or the gateway says what is wrong
  }
}

/**
 * Returns the operation that is to run. The name that the editor gives may be that of an operation
 * which was there a moment ago, so it counts only if the document has it.
 */
export function operationOf({ query, operationName }) {
  const operations = documentOf(query)?.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION) ?? [];
  return operations.find(({ name }) => name && name.value === operationName) ?? (operations.length === 1 ? operations[0] : undefined);
}

/** Reports whether the response to an operation of a document has several parts. */
export function hasParts(document, operation) {
  let deferred = false;
  visit(document, {
    Directive({ name }) {
      deferred ||= name.value === 'defer';
    },
  });
  return deferred || operation.operation === 'subscription';
}
