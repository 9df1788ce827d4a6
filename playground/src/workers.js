const files = { json: 'json.worker.js', graphql: 'graphql.worker.js' };

/** Where the editor finds its workers: beside this script, on the same host. */
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(files[label] ?? 'editor.worker.js', import.meta.url), { type: 'module' }),
};
