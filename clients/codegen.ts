import type { CodegenConfig } from '@graphql-codegen/cli';

/** What graphql-codegen generates from the schema and the documents, in build/. */
const config: CodegenConfig = {
  schema: '../schema/*.graphqls',
  documents: ['documents.ts', ...['everything', 'inputs', 'lists', 'named', 'partly'].map((name) => `test/${name}.ts`)],
  generates: {
    // The types of Apollo's and urql's documents.
    'build/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        scalars: { DateTime: 'string', ID: 'string' },
        useTypeImports: true,
        // Both clients add the names of types to each object that they select.
        nonOptionalTypename: true,
        skipTypeNameForRoot: true,
      },
    },
    // The types that implement each interface; without them Apollo drops the fields of fragments.
    'build/possible-types.ts': { plugins: ['fragment-matcher'] },
    // The connections, and the types without `id`.
    'build/facts.ts': { plugins: ['./facts.cjs'] },
    // The whole schema in one file, as relay-compiler requires.
    'build/schema.graphql': { plugins: ['schema-ast'], config: { includeDirectives: true } },
  },
};

export default config;
