import assert from 'node:assert/strict';
import { before, mock, test } from 'node:test';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { RetryLink } from '@apollo/client/link/retry';
import { cacheExchange, Client, fetchExchange } from 'urql';
import { createClient } from '../urql/client';
import { endpoint, someCertification } from './gateway';

const withoutCache = () => new Client({ url: endpoint, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false, fetchSubscriptions: true });

// A task of the sandbox that has ended, so that its subscription has one event.
const task = 'a07b92e4f5c84d1bb6f3d0e9c8a71407';
const follow = gql`subscription ($task: ID!) { certificationTask(id: $task) { status } }`;
const put = gql`query ($id: ID!) {
  certification(id: $id) { id phase ...Rest @defer(label: "rest") reviewItems(first: 2) { totalCount ... @defer { nodes { id decision } } } }
  ... @defer { rateLimit { limit } }
}
fragment Rest on Certification { name reviewers(first: 1) { nodes { rawId } } }`;
const whole = gql`query ($id: ID!) {
  certification(id: $id) { id phase name reviewers(first: 1) { nodes { rawId } } reviewItems(first: 2) { totalCount nodes { id decision } } }
  rateLimit { limit }
}`;

before(() => mock.method(console, 'warn', () => {}));

/** Returns a copy without the names of types. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value, (name, inner) => (name === '__typename' ? undefined : inner)));

type Handler = ConstructorParameters<typeof ApolloClient>[0]['incrementalHandler'];

function apollo(incrementalHandler: Handler = new Defer20220824Handler(), link: ApolloLink = new HttpLink({ uri: endpoint })) {
  return new ApolloClient({
    link,
    cache: new InMemoryCache(),
    incrementalHandler,
    defaultOptions: { watchQuery: { errorPolicy: 'all' }, query: { errorPolicy: 'all' }, mutate: { errorPolicy: 'all' } },
  });
}

test('what is deferred is absent until it comes, in Apollo', async () => {
  const variables = { id: await someCertification() };
  const expected = await apollo().query({ query: whole, variables });
  const states: any[] = [];
  await new Promise<void>((resolve, reject) => {
    apollo().watchQuery({ query: put, variables }).subscribe(({ data, dataState, error }) => {
      if (error) {
        reject(error);
      } else if (data) {
        states.push([dataState, plain(data)]);
        if (dataState === 'complete') {
          resolve();
        }
      }
    });
  });
  const [state, first] = states[0];
  assert.equal(state, 'streaming');
  assert.deepEqual(Object.keys(first), ['certification']);
  assert.deepEqual(Object.keys(first.certification).sort(), ['id', 'phase', 'reviewItems']);
  assert.deepEqual(Object.keys(first.certification.reviewItems), ['totalCount']);
  assert.deepEqual(states.at(-1), ['complete', plain(expected.data)]);
});

test('a draft that the gateway does not speak is refused, not misread', async () => {
  const { data, error } = await apollo(new GraphQL17Alpha9Handler()).query({ query: put, variables: { id: await someCertification() } });
  assert.equal(data, undefined);
  assert.match(error?.message ?? '', /deferSpec=20220824/);
});

test('what is deferred is absent until it comes, in urql', async () => {
  const variables = { id: await someCertification() };
  const expected = await withoutCache().query(whole, variables).toPromise();
  for (const client of [withoutCache(), createClient(endpoint)]) {
    const results: any[] = [];
    await new Promise<void>((resolve) => {
      client.query(put, variables).subscribe(({ data, error, hasNext }) => {
        results.push({ data: plain(data ?? null), error });
        if (!hasNext) {
          resolve();
        }
      });
    });
    assert.deepEqual(results.filter(({ error }) => error), []);
    assert.deepEqual(results.at(-1).data, plain(expected.data));
    assert.ok(results.length > 1);
  }
});

/** Subscribes by Apollo's client and returns what comes. */
function events(link: ApolloLink): Promise<unknown[]> {
  const seen: unknown[] = [];
  return new Promise((resolve) => {
    apollo(undefined, link).subscribe({ query: follow, variables: { task } }).subscribe({
      next: ({ data, error }: any) => seen.push(error ? error.message : data.certificationTask.status),
      error: (error) => resolve([...seen, error.message]),
      complete: () => resolve([...seen, 'complete']),
    });
  });
}

test('Apollo follows a task over multipart', async () => {
  assert.deepEqual(await events(new HttpLink({ uri: endpoint })), ['ERROR', 'complete']);
});

test('urql follows a task', async () => {
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    withoutCache().subscription(follow, { task }).subscribe(({ data, hasNext }) => {
      seen.push(data?.certificationTask.status);
      if (!hasNext) {
        resolve();
      }
    });
  });
  assert.equal(seen[0], 'ERROR');
});

// What the gateway sends when it stops: graph/transport has the same text as a test.
const interrupted = (reason: string) =>
  '\r\n--graphql\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{"payload":{"data":{"certificationTask":{"status":"QUEUED"}}}}' +
  '\r\n--graphql\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{"payload":null,"errors":[{"message":"' + reason + '","extensions":{"code":"INTERRUPTED"}}]}\r\n--graphql\r\n';

test('when the gateway stops, Apollo sees that the subscription is not over, and may subscribe again', async () => {
  let stopping = true;
  const fetchOnce: typeof fetch = async (...request) => {
    if (!stopping) {
      return fetch(...request);
    }
    stopping = false;
    return new Response(interrupted('The gateway is stopping: subscribe again.'), {
      headers: { 'content-type': 'multipart/mixed; boundary="graphql"; subscriptionSpec=1.0' },
    });
  };
  const link = new HttpLink({ uri: endpoint, fetch: fetchOnce });
  const seen = await events(link);
  assert.deepEqual(seen.slice(0, 2), ['QUEUED', 'The gateway is stopping: subscribe again.']);
  stopping = true;
  assert.deepEqual(await events(ApolloLink.from([new RetryLink({ delay: { initial: 10 } }), link])), ['QUEUED', 'ERROR', 'complete']);
});
