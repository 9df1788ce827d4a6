/** The endpoint of the gateway under test. */
export const endpoint = process.env.GATEWAY ?? '';

/** Calls `act` and answers the bodies of the gateway's answers to what it has sent. */
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

/** Answers what the gateway itself says to an operation. */
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

/** Answers the global id of some certification. */
export async function someCertification(): Promise<string> {
  const { certifications } = await ask('{ certifications(first: 1) { edges { node { id } } } }');
  return certifications.edges[0].node.id;
}

/** Answers the paths at which what is shown differs from what was answered. Names of types do not count. */
export function differences(answered: any, shown: any, path: string[] = []): string[] {
  if (answered === null || typeof answered !== 'object') {
    return answered === shown ? [] : [path.join('.')];
  }
  return Object.keys(answered)
    .filter((name) => name !== '__typename')
    .flatMap((name) => differences(answered[name], shown?.[name], [...path, name]));
}
