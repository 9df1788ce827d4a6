import type { CodegenConfig } from '@graphql-codegen/cli';

/** What graphql-codegen makes of the schema and of documents, in build/. */
const config: CodegenConfig = {
  schema: '../schema/*.graphqls',
  documents: ['documents.ts', 'test/everything.ts', 'test/partly.ts'],
  generates: {
    // The types of Apollo's and urql's documents.
    'build/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { scalars: { DateTime: 'string' }, enumsAsTypes: true, useTypeImports: true },
    },
    // Which types an interface stands for, without which Apollo drops fields of fragments.
    'build/possible-types.ts': { plugins: ['fragment-matcher'] },
    // The whole schema in one file, which is how relay-compiler reads it.
    'build/schema.graphql': { plugins: ['schema-ast'], config: { includeDirectives: true } },
  },
};

export default config;
