import { defineConfig } from 'vite';

export default defineConfig({
  // The server mounts the built page here; every address in it is absolute below this path.
  base: '/graphiql/',
  build: {
    // Data URIs would need a wider content security policy than files from our own origin.
    assetsInlineLimit: 0,
    // Monaco is large by nature and sits in a chunk of its own, loaded after the first paint.
    chunkSizeWarningLimit: 5000,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // "use client" in the libraries is meant for servers that render React; here it says nothing.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    target: 'es2022',
  },
  worker: { format: 'es' },
  // `npm run dev` serves the page with hot reload against a running server.
  server: { proxy: { '/graphql': 'http://127.0.0.1:8080' } },
});
