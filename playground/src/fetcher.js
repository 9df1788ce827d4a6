import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-sse';
import { noteBudget, noteClock } from './budget.js';
import { authorised, callerNow } from './caller.js';
import { operationOf } from './operation.js';
import { begin, dryRun, tasksOf } from './results.js';
import { workbench } from './workbench.jsx';

/**
 * Makes GraphiQL's fetcher for an endpoint. It sends operations as the chosen identity, asks for the
 * list of upstream calls, and keeps what the answers say about them. Subscriptions come as
 * server-sent events; deferred parts as a multipart body.
 */
export function createFetcher(url, callsAs) {
  return (params, options) => {
    const headers = authorised(options?.headers);
    if (params.operationName === 'IntrospectionQuery' && !options?.documentAST) {
      return createGraphiQLFetcher({ url })(params, { headers });
    }
    const operation = operationOf(params);
    const operationName = operation?.name?.value;
    const tab = workbench.get();
    tab?.update(operationName ?? null); // before React renders what GraphiQL has begun, and with it the history
    const note = begin(tab?.id, { caller: callerNow(callsAs), kind: operation?.operation });
    const request = {
      ...params,
      operationName,
      extensions: dryRun.get() ? { trace: true, dryRun: true } : { trace: true },
    };
    return operation?.operation === 'subscription' && !dryRun.get()
      ? observed(createClient({ url, headers, retryAttempts: 0 }).iterate(request), note)
      : overHTTP(url, request, headers, note);
  };
}

async function overHTTP(url, request, headers, note) {
  const abort = new AbortController();
  const fetcher = createGraphiQLFetcher({
    url,
    fetch: async (target, init) => {
      const response = await fetch(target, { ...init, signal: abort.signal });
      noteClock(response);
      return response;
    },
  });
  return observed(await fetcher(request, { headers }), note, () => abort.abort());
}

/** Passes the parts of an answer on and notes what they say. `stop` ends them early. */
function observed(parts, note, stop = () => {}) {
  let stopped = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const step = await parts.next();
        [step.value].flat().filter(Boolean).forEach((part) => notePart(part, note));
        if (step.done) {
          note({ running: false });
        }
        return step;
      } catch (error) {
        note({ running: false });
        if (stopped) {
          return { done: true, value: undefined };
        }
        throw error;
      }
    },
    return() {
      stopped = true;
      note({ running: false, cancelled: true });
      stop();
      return parts.return();
    },
  };
}

function notePart({ data, errors, extensions }, note) {
  const said = extensions?.upstream;
  if (said) {
    note({ upstream: said });
    noteBudget(said);
  }
  const tasks = tasksOf(data);
  if (tasks.length > 0) {
    note({ tasks });
  }
  const refused = errors?.filter((error) => error.extensions?.code === 'RATE_LIMITED' && error.extensions.retryAfter > 0) ?? [];
  if (refused.length > 0) {
    note({ retryAt: Date.now() + 1000 * Math.max(...refused.map((error) => error.extensions.retryAfter)) });
  }
}
