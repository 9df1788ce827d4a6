import { Environment, Network, RecordSource, Store } from 'relay-runtime';

/** Relay's environment for a gateway. */
export function createEnvironment(endpoint: string): Environment {
  return new Environment({
    network: Network.create(async ({ name, text }, variables) => {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ operationName: name, query: text, variables }),
      });
      return response.json();
    }),
    store: new Store(new RecordSource()),
  });
}
