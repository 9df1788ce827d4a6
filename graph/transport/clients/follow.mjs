// Follows a task by a public client, and prints what happens as lines of JSON:
//
//   node follow.mjs CLIENT URL AUTHORIZATION TASK
//
// CLIENT is sse for graphql-sse, sse-single for its mode of a single connection, or ws for graphql-ws; with
// -again behind it, the client connects again as often as it takes. Over WebSocket the connection stays
// open behind the subscription, until the gateway closes it or, where nothing went wrong, standard input
// ends.
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [name, url, authorization, task] = process.argv.slice(2);
const kind = name.replace('-again', '');
const retryAttempts = name === kind ? 0 : Infinity;
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const print = (line) => console.log(JSON.stringify(line));
const authorized = { Authorization: authorization };

const client =
  kind === 'ws'
    ? createSocketClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: authorized,
        lazy: false,
        retryAttempts,
        retryWait: soon,
        shouldRetry: () => name !== kind, // by default not if nothing is there to connect to
        onNonLazyError: () => {}, // the subscription tells, too
        // 1006 tells that nothing was there to connect to.
        on: { closed: ({ code }) => code === 1006 || print({ closed: code }) },
      })
    : createEventClient({ url, headers: authorized, retryAttempts, retry: soon, singleConnection: kind === 'sse-single' });

client.subscribe(
  { query: 'subscription ($id: ID!) { certificationTask(id: $id) { status } }', variables: { id: task } },
  {
    next: ({ data, errors }) =>
      print({ next: data?.certificationTask?.status ?? null, codes: errors?.map((error) => error.extensions.code) }),
    error: (error) => print({ error: error.code ?? error.response?.status ?? String(error) }),
    complete: () => print({ complete: true }),
  },
);

process.stdin.on('end', () => client.dispose()).resume();
