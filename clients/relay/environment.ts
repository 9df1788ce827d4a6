import { meros } from 'meros/browser';
import { Environment, Network, Observable, RecordSource, Store, type GraphQLResponse, type GraphQLResponseWithData } from 'relay-runtime';
import { none, type Credentials } from '../gateway/credentials';
import { isSignedOut, type GatewayError } from '../gateway/errors';
import { createFetch } from '../gateway/fetch';
import type { Streams } from '../gateway/streams';

/** A response, or a part of one with `@defer`. */
type Part = GraphQLResponseWithData & { incremental?: Part[]; hasNext?: boolean };

/** Returns the gateway's errors in an error of Relay's, or the error itself if there was no response. */
export function errorsOf(error: Error & { source?: { errors?: readonly GatewayError[] } }): readonly GatewayError[] {
  return error.source?.errors ?? [error];
}

/** Relay's environment for a gateway. Without `streams`, there are no subscriptions. */
export function createEnvironment(
  endpoint: string,
  { credentials = none, streams }: { credentials?: Credentials; streams?: Streams } = {},
): Environment {
  const fetch = createFetch(credentials);

  const send = async (body: object, signal: AbortSignal, next: (response: GraphQLResponse) => void) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9, multipart/mixed;deferSpec=20220824',
      },
      body: JSON.stringify(body),
      signal,
    });
    const parts = await meros<Part>(response);
    if (parts instanceof Response) {
      next(await parts.json());
      return;
    }
    for await (const part of parts) {
      if (part.json) {
        responsesIn(part.body).forEach(next);
      }
    }
  };

  /** The session may end while the gateway is working on a request. */
  const noticing = (next: (response: GraphQLResponse) => void) => (response: any) => {
    if (response.errors?.some(isSignedOut)) {
      credentials.renew();
    }
    next(response);
  };

  return new Environment({
    network: Network.create(
      ({ name, text }, variables) =>
        Observable.create((sink) => {
          const abort = new AbortController();
          send({ operationName: name, query: text, variables }, abort.signal, noticing(sink.next)).then(sink.complete, sink.error);
          return () => abort.abort();
        }),
      streams &&
        (({ name, text }, variables) =>
          Observable.create((sink) =>
            streams.subscribe({ operationName: name, query: text!, variables }, { ...sink, next: noticing(sink.next) }),
          )),
    ),
    store: new Store(new RecordSource()),
  });
}

/**
 * Returns the responses in a part. To Relay, what is deferred is a response of its own, known by its label and its path,
 * at which the paths of its errors begin.
 */
function responsesIn({ incremental, hasNext, ...first }: Part): GraphQLResponseWithData[] {
  const responses = incremental ?? ('data' in first ? [first] : []);
  return responses.map((part) => ({
    ...part,
    errors: part.errors?.map((error) => ({ ...error, path: error.path?.slice(part.path?.length) })) ?? [],
    extensions: { ...part.extensions, is_final: !hasNext },
  }));
}
