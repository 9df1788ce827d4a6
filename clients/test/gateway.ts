import assert from 'node:assert/strict';

/** The endpoint of the gateway under test. */
export const endpoint = process.env.GATEWAY ?? '';

/** Calls `act` and returns the bodies of the gateway's responses to its requests, which `alter` may have changed. */
export async function answersTo(act: () => Promise<unknown>, alter = (body: any) => {}): Promise<any[]> {
  const { fetch } = globalThis;
  const answers: Promise<any>[] = [];
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    const body = await response.json();
    alter(body);
    answers.push(Promise.resolve(body));
    return new Response(JSON.stringify(body), response);
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

/** Gives every role and access profile under review an end of its own, as holders of the same one have in a tenant. */
export function endEachByItself({ data }: any) {
  let day = 0;
  for (const { node } of data.certifications.edges.flatMap(({ node }: any) => node.reviewItems.edges)) {
    if ('endDate' in node.access) {
      node.access.endDate = new Date(Date.UTC(2030, 0, ++day)).toISOString();
    }
  }
}

/** Fails unless a response has everything that a cache could confuse: what has the same `rawId` and is not the same object. */
export function confuses(data: any) {
  const forms = new Map<string, Set<unknown>>();
  const note = (key: string, form: unknown) => forms.set(key, (forms.get(key) ?? new Set()).add(form));
  for (const { node: certification } of data.certifications.edges) {
    note(`person ${certification.reviewer.rawId}`, 'Reviewer');
    for (const { node: { access } } of certification.reviewItems.edges) {
      note(`${access.__typename} ${access.rawId}`, access.account?.nativeIdentity ?? access.endDate);
      if (access.owner) {
        note(`person ${access.owner.rawId}`, 'Identity');
      }
    }
  }
  for (const kind of ['Entitlement', 'Role', 'AccessProfile', 'person']) {
    const found = [...forms].some(([key, { size }]) => key.startsWith(`${kind} `) && size > 1);
    assert.ok(found, `the response has no ${kind} in two forms`);
  }
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
