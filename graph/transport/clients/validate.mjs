// Reads a schema and requests as JSON, and writes what graphql-js finds wrong with each request: with its
// document, with its variables, or with the arguments that the variables become.
import { text } from 'node:stream/consumers';
import { buildSchema, execute, getNullableType, isListType, isObjectType, getVariableValues, parse, validate, valueFromASTUntyped, GraphQLError } from 'graphql';

const { schema: source, requests } = JSON.parse(await text(process.stdin));
const schema = buildSchema(source);
for (const type of Object.values(schema.getTypeMap())) {
  if (type.name === 'Day') {
    const read = (value, nodes) => {
      if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
      throw new GraphQLError('Day must be a date such as 2026-11-23', { nodes });
    };
    type.parseValue = (value) => read(value);
    type.parseLiteral = (node) => read(valueFromASTUntyped(node), node);
  }
}

// An object for every object, a list of one for every list, null for all else.
function sample(type) {
  type = getNullableType(type);
  if (isListType(type)) return [sample(type.ofType)];
  return isObjectType(type) ? {} : null;
}

async function problems({ query, variables }) {
  const document = parse(query);
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid;
  const definitions = document.definitions.find((each) => each.kind === 'OperationDefinition').variableDefinitions;
  const { errors, coerced } = getVariableValues(schema, definitions, variables, { maxErrors: 50 });
  if (errors) return errors;
  const fieldResolver = (_source, _arguments, _context, info) => sample(info.returnType);
  const result = await execute({ schema, document, variableValues: variables, fieldResolver });
  const found = (result.errors ?? []).filter((error) => error.message.startsWith('Argument'));
  return found.length > 0 ? found : { coerced };
}

const results = [];
for (const request of requests) {
  const found = await problems(request);
  results.push(found.coerced ? { values: found.coerced } : {
    errors: found.map((error) => ({
      message: error.message,
      locations: error.locations ?? [],
      path: (error.path ?? []).filter((step) => typeof step === 'string'),
    })),
  });
}
console.log(JSON.stringify(results));
