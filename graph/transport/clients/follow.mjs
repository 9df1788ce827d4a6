// Follows a task by a public client, and prints what happens as lines of JSON:
//
//   node follow.mjs CLIENT URL AUTHORIZATION TASK
//
// CLIENT is sse for graphql-sse, sse-single for its mode of a single connection, or ws for graphql-ws. Over
// WebSocket the connection stays open behind the subscription, until the gateway closes it or, where
// nothing went wrong, standard input ends.
import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [kind, url, authorization, task] = process.argv.slice(2);
const print = (line) => console.log(JSON.stringify(line));
const authorized = { Authorization: authorization };

const client =
  kind === 'ws'
    ? createSocketClient({
        url: url.replace(/^http/, 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: authorized,
        lazy: false,
        retryAttempts: 0,
        onNonLazyError: () => {}, // the subscription tells, too
        on: { closed: ({ code }) => print({ closed: code }) },
      })
    : createEventClient({ url, headers: authorized, retryAttempts: 0, singleConnection: kind === 'sse-single' });

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
