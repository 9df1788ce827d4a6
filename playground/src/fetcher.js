import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { activeTab } from './active-tab.jsx';
import { dryRun, identity, upstream } from './session.js';

/**
 * Makes GraphiQL's fetcher for an endpoint. It sends operations as the chosen identity, asks for the
 * list of upstream calls, and keeps what the answers say about them. Subscriptions come as
 * server-sent events; deferred parts as a multipart body.
 */
export function createFetcher(url) {
  return (params, options) => {
    const headers = authorised(options?.headers);
    if (params.operationName === 'IntrospectionQuery' && !options?.documentAST) {
      return createGraphiQLFetcher({ url })(params, { headers });
    }
    upstream.set(null);
    const operation = operationOf(params);
    const operationName = operation?.name?.value;
    activeTab.get()?.(operationName ?? null); // before React renders what GraphiQL has begun, and with it the history
    const request = {
      ...params,
      operationName,
      extensions: dryRun.get() ? { trace: true, dryRun: true } : { trace: true },
    };
    return operation?.operation === 'subscription' && !dryRun.get()
      ? observed(createClient({ url, headers, retryAttempts: 0 }).iterate(request))
      : overHTTP(url, request, headers);
  };
}

/** Adds the token of the chosen identity, unless the header editor has one. */
function authorised(headers = {}) {
  const chosen = identity.get();
  const own = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return chosen && !own ? { ...headers, authorization: `Bearer ${chosen.token}` } : headers;
}

/**
 * Answers the operation that is to run. The name that the editor gives may be that of an operation
 * which was there a moment ago, so it counts only where the document has it.
 */
function operationOf({ query, operationName }) {
  let document;
  try {
    document = parse(query);
  } catch {
    return undefined; // the gateway says what is wrong
  }
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.find(({ name }) => name && name.value === operationName) ?? (operations.length === 1 ? operations[0] : undefined);
}

async function overHTTP(url, request, headers) {
  const abort = new AbortController();
  const fetcher = createGraphiQLFetcher({
    url,
    fetch: (target, init) => fetch(target, { ...init, signal: abort.signal }),
  });
  return observed(await fetcher(request, { headers }), () => abort.abort());
}

/** Passes the parts of an answer on and keeps what they say about the upstream. `stop` ends them early. */
function observed(parts, stop = () => {}) {
  let stopped = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const step = await parts.next();
        for (const part of [step.value].flat()) {
          if (part?.extensions?.upstream) {
            upstream.set(part.extensions.upstream);
          }
        }
        return step;
      } catch (error) {
        if (stopped) {
          return { done: true, value: undefined };
        }
        throw error;
      }
    },
    return() {
      stopped = true;
      stop();
      return parts.return();
    },
  };
}
