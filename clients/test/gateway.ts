/** The endpoint of the gateway under test. */
export const endpoint = process.env.GATEWAY ?? '';

/** Calls `act` and returns the bodies of the gateway's responses to its requests. */
export async function answersTo(act: () => Promise<unknown>): Promise<any[]> {
  const { fetch } = globalThis;
  const answers: Promise<any>[] = [];
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    answers.push(response.clone().json());
    return response;
  };
  try {
    await act();
    return await Promise.all(answers);
  } finally {
    globalThis.fetch = fetch;
  }
}

/** Returns the gateway's data for an operation. */
export async function ask(query: string, variables?: object): Promise<any> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    throw new Error(JSON.stringify(errors));
  }
  return data;
}

/** Returns the global id of some certification. */
export async function someCertification(): Promise<string> {
  const { certifications } = await ask('{ certifications(first: 1) { edges { node { id } } } }');
  return certifications.edges[0].node.id;
}

/** Returns the paths at which the shown data differs from the response. Type names are ignored. */
export function differences(answered: any, shown: any, path: string[] = []): string[] {
  if (answered === null || typeof answered !== 'object') {
    return answered === shown ? [] : [path.join('.')];
  }
  return Object.keys(answered)
    .filter((name) => name !== '__typename')
    .flatMap((name) => differences(answered[name], shown?.[name], [...path, name]));
}
