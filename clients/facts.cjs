const { getNamedType, isObjectType } = require('graphql');

const pagingArguments = ['first', 'after', 'last', 'before'];

/** A plugin of graphql-codegen: facts of the schema that the caches need, so that no list of them gets out of date. */
module.exports.plugin = (schema) => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
  const keyless = types.filter((type) => !roots.includes(type) && !type.getFields().id).map(({ name }) => name);
  const connections = {};
  for (const type of types) {
    for (const field of Object.values(type.getFields())) {
      if (getNamedType(field.type).name.endsWith('Connection')) {
        const args = field.args.map(({ name }) => name).filter((name) => !pagingArguments.includes(name));
        (connections[type.name] ??= {})[field.name] = args;
      }
    }
  }
  return `/** The types whose objects have no \`id\`, and so no key. */
export const keyless: string[] = ${JSON.stringify(keyless, null, 2)};

/** The fields of each type that show a connection, with the arguments that choose its rows. */
export const connections: Record<string, Record<string, string[]>> = ${JSON.stringify(connections, null, 2)};
`;
};
