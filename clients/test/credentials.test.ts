import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { none, tokens, type Credentials } from '../gateway/credentials';
import { createFetch } from '../gateway/fetch';
import { overEvents, overWebSocket, type Streams } from '../gateway/streams';
import { clients } from './clients';
import { ask, endpoint, someCertification } from './gateway';

// A task of the sandbox that has ended, so that its subscription has one event.
const task = 'a07b92e4f5c84d1bb6f3d0e9c8a71407';

mock.method(console, 'warn', () => {});

/** Returns an access token of the sandbox. */
async function issue(): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: 'org-admin', client_secret: 'sandbox' };
  const response = await fetch(`${process.env.SANDBOX}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  return (await response.json()).access_token;
}

/** Returns tokens of which the gateway refuses the first, and what they were asked for. */
function oneTooOld() {
  const asked: unknown[] = [];
  const credentials = tokens(async (refused) => {
    asked.push(refused);
    return refused === undefined ? 'too-old' : issue();
  });
  return { credentials, asked };
}

for (const [name, create] of Object.entries(clients)) {
  test(`${name} gets another token when one is refused, and asks again`, async () => {
    const id = await someCertification();
    const { certification } = await ask('query ($id: ID!) { certification(id: $id) { name } }', { id });
    const { credentials, asked } = oneTooOld();
    const client = create({ credentials });
    assert.equal(await client.name(id), certification.name);
    assert.deepEqual(asked, [undefined, 'too-old']);
  });

  const carriers: Record<string, (credentials: Credentials) => Streams> = {
    'a WebSocket': (credentials) => overWebSocket(endpoint, credentials),
    events: (credentials) => overEvents(endpoint, createFetch(credentials)),
  };
  for (const [carrier, streams] of Object.entries(carriers)) {
    test(`${name} follows a task over ${carrier}`, async () => {
      assert.deepEqual(await create({ streams: streams(none) }).follow(task), ['ERROR']);
      const { credentials } = oneTooOld();
      await credentials.headers();
      await credentials.renew();
      assert.deepEqual(await create({ credentials, streams: streams(credentials) }).follow(task), ['ERROR']);
    });

    test(`${name} notices over ${carrier} that a token is refused`, async () => {
      const { credentials, asked } = oneTooOld();
      const seen = await create({ credentials, streams: streams(credentials) }).follow(task);
      assert.equal(seen.length, 1);
      assert.notEqual(seen[0], 'ERROR');
      assert.deepEqual(asked, [undefined, 'too-old']);
    });
  }
}

test('requests that are refused at the same time share one new token', async () => {
  const { credentials, asked } = oneTooOld();
  await credentials.headers();
  await Promise.all([credentials.renew(), credentials.renew()]);
  assert.deepEqual(asked, [undefined, 'too-old']);
});

/** Runs act with responses of the given status in the place of fetch, and returns the number of requests. */
async function withResponses(act: () => Promise<unknown>, ...responses: Response[]): Promise<number> {
  const sent = mock.method(globalThis, 'fetch', async () => responses.shift()!);
  try {
    await act();
    return sent.mock.callCount();
  } finally {
    sent.mock.restore();
  }
}

test('what is refused for want of room is sent again after the time that the gateway gives', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const waited: number[] = [];
  const send = createFetch(none, (seconds) => {
    waited.push(seconds);
    setImmediate(() => t.mock.timers.tick(seconds * 1000));
  });
  const refused = (status: number, seconds: string) => new Response('{}', { status, headers: { 'Retry-After': seconds } });
  const requests = await withResponses(
    async () => assert.equal((await send(endpoint)).status, 200),
    refused(429, '7'),
    refused(503, '2'),
    new Response('{}'),
  );
  assert.deepEqual([requests, waited], [3, [7, 2]]);

  waited.length = 0;
  const always = Array.from({ length: 9 }, () => refused(429, '1'));
  assert.equal(await withResponses(async () => assert.equal((await send(endpoint)).status, 429), ...always), 5);
  assert.deepEqual(waited, [1, 1, 1, 1]);
});

test('what is no longer wanted is not waited for', async () => {
  const abort = new AbortController();
  const send = createFetch(none, () => abort.abort(new Error('left')));
  const refused = new Response('{}', { status: 429, headers: { 'Retry-After': '3600' } });
  await withResponses(() => assert.rejects(send(endpoint, { signal: abort.signal }), /left/), refused);
});

test('a token that is refused again is not asked for without end', async () => {
  const { credentials } = oneTooOld();
  const refused = [new Response('{}', { status: 401 }), new Response('{}', { status: 401 })];
  const send = createFetch({ ...credentials, renew: async () => {} });
  assert.equal(await withResponses(async () => assert.equal((await send(endpoint)).status, 401), ...refused), 2);
});
