// The ways to do the jobs: what each calls, and the client that its jobs have. The packages of this folder (npm ci) are loaded
// only for the ways that need them.
import * as jobs from './jobs.mjs';

// waysOf returns the ways to do the jobs on a sandbox and on a gateway of certql before it, by their names. A way needs some
// packages, and its client takes an access token.
export function waysOf(sandbox, gateway) {
  return [
    { name: 'by hand', jobs: jobs.byHand, needs: [], client: (token) => rest(`${sandbox}/v3`, token) },
    { name: 'SDK', jobs: jobs.sdk, needs: ['sailpoint-api-client'], client: (token) => sdk(sandbox, token) },
    { name: 'certql', jobs: jobs.certql, needs: [], client: (token) => graphql(`${gateway}/graphql`, token) },
  ];
}

// rest returns what calls the REST API at a base URL, and tries again after as long as a 429 says.
function rest(base, token) {
  return async function call(path, { query = {}, body } = {}) {
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    for (;;) {
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
      });
      if (response.status === 429) {
        await new Promise((wake) => setTimeout(wake, 1000 * Number(response.headers.get('Retry-After') ?? 1)));
        continue;
      }
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return response.json();
    }
  };
}

// graphql returns what sends operations to a URL.
function graphql(url, token) {
  return async function ask(query, variables) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}

// sdk returns the vendor's APIs for the jobs. Of itself it repeats no call that was refused with 429, so that its settings say
// so, and for how long to wait.
async function sdk(sandbox, token) {
  const { CertificationsApi, Configuration, Paginator, PublicIdentitiesApi } = (await import('sailpoint-api-client')).default;
  const configuration = new Configuration({ baseurl: sandbox, accessToken: token });
  configuration.retriesConfig = {
    retries: 4,
    retryCondition: (error) => error.response?.status === 429,
    retryDelay: (_, error) => 1000 * Number(error.response.headers['retry-after'] ?? 1),
  };
  return { certifications: new CertificationsApi(configuration), people: new PublicIdentitiesApi(configuration), Paginator };
}
