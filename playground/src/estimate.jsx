import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { noteBudget, noteClock } from './budget.js';
import { authorised, useCaller } from './caller.js';
import { documentOf, hasParts, operationOf } from './operation.js';

const pause = 400; // that somebody makes who has stopped typing, in milliseconds

/** Shows below the button that runs the operation how many upstream calls it will make at most. */
export function Estimate({ url }) {
  const estimate = useEstimate(url);
  if (!estimate) {
    return <output className="estimate" aria-label="Estimate" />;
  }
  const { estimatedCalls, maxEstimatedCalls, byPath } = estimate;
  const tooMany = estimatedCalls > maxEstimatedCalls;
  const paths = byPath.slice(0, 5).map(({ path, calls }) => `${path}: ${calls}`);
  const title = [
    tooMany
      ? `It would be refused: it may take ${estimatedCalls} upstream calls, and ${maxEstimatedCalls} are allowed.`
      : `It takes at most ${estimatedCalls} upstream calls.`,
    ...paths,
  ].join('\n');
  return (
    <output className={tooMany ? 'estimate too-many' : 'estimate'} aria-label="Estimate" title={title}>
      <strong>{estimatedCalls}</strong>
      <span>{tooMany ? `of ${maxEstimatedCalls}` : estimatedCalls === 1 ? 'call' : 'calls'}</span>
    </output>
  );
}

/** Returns the estimate of what the editors hold, which a dry run costs nothing to make; null if there is none. */
function useEstimate(url) {
  const { queryEditor, variableEditor, operationName } = useGraphiQL(pick('queryEditor', 'variableEditor', 'operationName'));
  const { key } = useCaller();
  const [estimate, setEstimate] = useState(null);
  useEffect(() => {
    if (!queryEditor || !variableEditor) {
      return undefined;
    }
    let timer;
    let abort = new AbortController();
    const later = (wait = pause) => {
      abort.abort();
      clearTimeout(timer);
      timer = setTimeout(async () => {
        abort = new AbortController();
        const { signal } = abort;
        try {
          const next = await estimateOf(url, requestOf(queryEditor.getValue(), variableEditor.getValue(), operationName), signal);
          if (!signal.aborted) {
            setEstimate(next);
          }
        } catch {
          if (!signal.aborted) {
            setEstimate(null); // the gateway cannot be reached, which is said where something runs
          }
        }
      }, wait);
    };
    later(0);
    const followed = [queryEditor, variableEditor].map((editor) => editor.onDidChangeModelContent(() => later()));
    return () => {
      abort.abort();
      clearTimeout(timer);
      followed.forEach((each) => each.dispose());
    };
  }, [url, queryEditor, variableEditor, operationName, key]);
  return estimate;
}

/** Returns the request for an estimate and the media type to ask for; null for what is not written to its end. */
function requestOf(query, variables, operationName) {
  const operation = operationOf({ query, operationName });
  if (!operation) {
    return null;
  }
  try {
    return {
      body: { query, variables: variables.trim() ? JSON.parse(variables) : undefined, operationName: operation.name?.value, extensions: { dryRun: true } },
      accept: hasParts(documentOf(query), operation) ? 'text/event-stream' : 'application/json',
    };
  } catch {
    return null;
  }
}

async function estimateOf(url, request, signal) {
  if (!request) {
    return null;
  }
  const response = await fetch(url, {
    method: 'POST',
    headers: authorised({ 'content-type': 'application/json', accept: request.accept }),
    body: JSON.stringify(request.body),
    signal,
  });
  noteClock(response);
  const text = await response.text();
  const answer = text.match(/^data: (\{.*)$/m)?.[1] ?? text; // the only event of a stream
  const said = JSON.parse(answer).extensions?.upstream;
  if (!said?.dryRun || signal.aborted) {
    return null; // something is wrong with it, which the editor marks
  }
  noteBudget(said);
  return said;
}
