import { createClient as createEventClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import type { Credentials } from './credentials';

/** What the clients of graphql-ws and graphql-sse have in common. */
export interface Streams {
  subscribe(
    request: { query: string; variables?: Record<string, unknown>; operationName?: string },
    sink: { next(result: any): void; error(error: any): void; complete(): void },
  ): () => void;
}

/** Carries subscriptions over one WebSocket, which is opened when the first begins. */
export function overWebSocket(endpoint: string, credentials: Credentials): Streams {
  return createSocketClient({
    url: endpoint.replace(/^http/, 'ws'),
    connectionParams: () => credentials.headers(), // a browser adds cookies by itself, but no headers
    retryAttempts: Infinity,
    shouldRetry: () => true, // also while nothing is there to connect to
  });
}

/** Carries subscriptions as server-sent events, each in a response of its own. */
export function overEvents(endpoint: string, fetchFn: typeof fetch): Streams {
  return createEventClient({ url: endpoint, fetchFn, retryAttempts: Infinity });
}
