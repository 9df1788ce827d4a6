import { WebSocket } from 'ws';
import { fetchQuery, graphql, requestSubscription, type GraphQLTaggedNode } from 'relay-runtime';
import { createClient as createApollo } from '../apollo/client';
import { task as taskDocument } from '../documents';
import type { Credentials } from '../gateway/credentials';
import type { Streams } from '../gateway/streams';
import { createEnvironment } from '../relay/environment';
import { createClient as createUrql } from '../urql/client';
import { endpoint } from './gateway';
import { named } from './named';

globalThis.WebSocket ??= WebSocket as any; // node before version 22 has none

/** What the tests ask of each client. */
interface Client {
  /** Returns the name of a certification, past the cache. */
  name(id: string): Promise<string | null | undefined>;
  /** Returns the states of a task until its end, with what went wrong. */
  follow(id: string): Promise<unknown[]>;
}

const namedInRelay: GraphQLTaggedNode = graphql`query clientsNamedQuery($id: ID!) { certification(id: $id) { id name } }`;
const taskInRelay: GraphQLTaggedNode = graphql`subscription clientsTaskSubscription($id: ID!) { certificationTask(id: $id) { id status } }`;

/** Each client, as the pages set it up. */
export const clients: Record<string, (options: { credentials?: Credentials; streams?: Streams }) => Client> = {
  Relay(options) {
    const environment = createEnvironment(endpoint, options);
    return {
      name: async (id) => (await fetchQuery<any>(environment, namedInRelay, { id }).toPromise())?.certification.name,
      follow: (id) => collect((sink) => {
        requestSubscription<any>(environment, {
          subscription: taskInRelay,
          variables: { id },
          onNext: (data) => sink.next(data?.certificationTask?.status),
          onError: (error) => sink.next(error.message),
          onCompleted: sink.end,
        });
      }),
    };
  },
  Apollo(options) {
    const client = createApollo(endpoint, options);
    return {
      name: async (id) => (await client.query({ query: named, variables: { id }, fetchPolicy: 'no-cache' })).data?.certification?.name,
      follow: (id) => collect((sink) => {
        client.subscribe({ query: taskDocument, variables: { id } }).subscribe({
          next: ({ data, error }) => sink.next(error?.message ?? data?.certificationTask?.status),
          error: sink.next,
          complete: sink.end,
        });
      }),
    };
  },
  urql(options) {
    const client = createUrql(endpoint, options);
    return {
      name: async (id) => (await client.query(named, { id }, { requestPolicy: 'network-only' }).toPromise()).data?.certification?.name,
      follow: (id) => collect((sink) => {
        client.subscription(taskDocument, { id }).subscribe(({ data, error, hasNext }) => {
          // The end comes as the last state once more.
          hasNext ? sink.next(error?.message ?? data?.certificationTask?.status) : sink.end();
        });
      }),
    };
  },
};

/** Returns what comes until the end. */
function collect(begin: (sink: { next(value: unknown): void; end(): void }) => void): Promise<unknown[]> {
  const seen: unknown[] = [];
  return new Promise((resolve) => begin({ next: (value) => seen.push(value), end: () => resolve(seen) }));
}
