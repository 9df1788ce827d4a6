import type { CodegenConfig } from '@graphql-codegen/cli';

/** What graphql-codegen generates from the schema and the documents, in src/gql. */
const config: CodegenConfig = {
  schema: '../../schema/*.graphqls',
  documents: ['src/**/*.{ts,tsx}', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { scalars: { DateTime: 'string' }, enumsAsTypes: true, useTypeImports: true },
    },
    // The types that implement each interface, which graphcache needs for fragments on them.
    'src/gql/possible-types.ts': { plugins: ['fragment-matcher'] },
  },
};

export default config;
