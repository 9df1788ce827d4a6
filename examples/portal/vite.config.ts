import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { notices } from './licences.mjs';

// `npm run dev` serves the sources at http://localhost:5173/pages/ and passes everything else on to the gateway.
const gateway = 'http://localhost:8080';

export default defineConfig({
  base: '/pages/',
  plugins: [react(), notices(import.meta.dirname)],
  build: { target: 'es2022', rolldownOptions: { output: { hashCharacters: 'hex' } } },
  server: { proxy: { '/graphql': gateway, '/auth': gateway } },
});
