// The ways to do the jobs: what each calls, and the client that its jobs have.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as jobs from './jobs.mjs';

// waysOf returns the ways to do the jobs on a sandbox and on a gateway of certql before it, by their names, with what is
// missing of each. What open returns makes the client of a way's jobs from an access token. start starts a program, and
// returns the address that it prints after some text.
export function waysOf(sandbox, gateway, start) {
  const upstream = `${sandbox}/v3`;
  const hive = fileURLToPath(new URL('hive.mjs', import.meta.url));
  return [
    { name: 'by hand', jobs: jobs.byHand, open: () => (token) => rest(upstream, token) },
    { name: 'SDK', jobs: jobs.sdk, missing: without('sailpoint-api-client'), open: () => (token) => sdk(sandbox, token) },
    {
      name: 'Hive Gateway', jobs: jobs.hive, missing: without('@graphql-hive/gateway-runtime'),
      open: async () => graphql(await start('Hive', process.execPath, hive, upstream)),
    },
    {
      name: 'Tailcall', jobs: jobs.tailcall, missing: process.env.TAILCALL ? '' : 'TAILCALL does not name its program',
      open: async () => graphql(await tailcall(upstream, start)),
    },
    { name: 'certql', jobs: jobs.certql, open: () => graphql(gateway) },
  ];
}

// without says that a package is missing, if it is.
function without(name) {
  try {
    import.meta.resolve(name);
    return '';
  } catch {
    return `${name} is not installed (npm ci --prefix docs/compare)`;
  }
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

// graphql returns what makes clients of a graph at an address from access tokens.
const graphql = (address) => (token) => async function ask(query, variables) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};

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

// tailcall starts Tailcall in front of a base URL, and returns its address.
async function tailcall(upstream, start) {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await promisify(probe.close).call(probe);
  const template = readFileSync(new URL('tailcall.graphql', import.meta.url), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'compare-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  const configuration = join(folder, 'tailcall.graphql');
  writeFileSync(configuration, template.replaceAll('PORT', port).replaceAll('UPSTREAM', upstream));
  return start('Tailcall launched at', process.env.TAILCALL, 'start', configuration);
}
