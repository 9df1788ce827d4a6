import {
  getNamedType, getNullableType, isAbstractType, isCompositeType, isEnumType, isInputObjectType, isListType, isNonNullType, isScalarType,
  Kind, typeFromAST,
} from 'graphql';

/** Scalars of the schema that JSON has as something else than a string. */
const scalars = { Int: 'number', Float: 'number', Boolean: 'boolean' };

/** Returns the TypeScript type of the data that an operation of a document gets. */
export function dataType(schema, document, operation) {
  const fragments = new Map(document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]));
  const root = schema.getRootType(operation.operation);
  return new Selections(schema, fragments).object(root, [operation.selectionSet], '');
}

/** Returns the TypeScript type of the variables of an operation. */
export function variablesType(schema, operation) {
  const members = (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
    const wanted = typeFromAST(schema, type);
    return wanted && member(variable.name.value, !isNonNullType(wanted) || defaultValue, input(wanted, '  ', []), '  ');
  });
  return braces(members.filter(Boolean), '');
}

class Selections {
  constructor(schema, fragments) {
    this.schema = schema;
    this.fragments = fragments;
  }

  /** The type of what some selections get of a composite type: a union, if it depends on which object that is. */
  object(type, selections, indent) {
    const concrete = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    return [...new Set(concrete.map((each) => this.shape(each, selections, indent)))].join(' | ');
  }

  shape(type, selections, indent) {
    const fields = new Map();
    selections.forEach((each) => this.collect(type, each, false, fields));
    const inner = `${indent}  `;
    return braces(
      [...fields].map(([key, { name, nodes, optional }]) => {
        const of = name === '__typename' ? `'${type.name}'` : this.field(type.getFields()[name]?.type, nodes, inner);
        return member(key, optional, of, inner);
      }),
      indent,
    );
  }

  collect(type, { selections }, optional, into) {
    for (const each of selections) {
      const maybe = optional || each.directives.some(({ name }) => ['include', 'skip', 'defer'].includes(name.value));
      if (each.kind === Kind.FIELD) {
        const key = (each.alias ?? each.name).value;
        const known = into.get(key) ?? { name: each.name.value, nodes: [], optional: true };
        known.nodes.push(each);
        known.optional &&= maybe;
        into.set(key, known);
        continue;
      }
      const fragment = each.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(each.name.value) : each;
      if (fragment && this.fits(type, fragment.typeCondition)) {
        this.collect(type, fragment.selectionSet, maybe, into);
      }
    }
  }

  fits(type, condition) {
    const wanted = condition && this.schema.getType(condition.name.value);
    return !condition || wanted === type || (isAbstractType(wanted) && this.schema.isSubType(wanted, type));
  }

  field(type, nodes, indent) {
    return wrapped(type, (named) => {
      const selections = nodes.map(({ selectionSet }) => selectionSet).filter(Boolean);
      return isCompositeType(named) ? this.object(named, selections, indent) : leaf(named);
    });
  }
}

/** The type with its lists and its nulls. */
function wrapped(type, of) {
  if (!type) {
    return 'unknown'; // which the editor marks
  }
  const bare = getNullableType(type);
  const inner = isListType(bare) ? `Array<${wrapped(bare.ofType, of)}>` : of(getNamedType(bare));
  return isNonNullType(type) ? inner : `${inner} | null`;
}

function leaf(type) {
  return isEnumType(type) ? type.getValues().map(({ name }) => `'${name}'`).join(' | ') : isScalarType(type) ? (scalars[type.name] ?? 'string') : 'unknown';
}

/** The type of an input; of one that is within itself, at the second time, the name. */
function input(type, indent, within) {
  return wrapped(type, (named) => {
    if (!isInputObjectType(named)) {
      return leaf(named);
    }
    if (within.includes(named)) {
      return 'unknown';
    }
    const inner = `${indent}  `;
    const members = Object.values(named.getFields()).map((field) =>
      member(field.name, !isNonNullType(field.type) || field.defaultValue !== undefined, input(field.type, inner, [...within, named]), inner),
    );
    return braces(members, indent);
  });
}

function member(name, optional, type, indent) {
  return `${indent}${name}${optional ? '?' : ''}: ${type};`;
}

function braces(members, indent) {
  return members.length > 0 ? `{\n${members.join('\n')}\n${indent}}` : '{}';
}
