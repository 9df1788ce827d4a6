import { pick, useGraphiQL } from '@graphiql/react';
import { budget, useNow, waitOf } from './budget.js';
import { useCaller } from './caller.js';
import follow from './examples/follow.graphql';
import { results } from './results.js';
import { workbench } from './workbench.jsx';

const patience = 700; // after which it is worth saying what is waited for, in milliseconds

/** Says above what an answer has cost what one should know of it: that it is old, is waited for, or leads on. */
export function Notices({ callsAs }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const result = results.use()[tabs[activeTabIndex]?.id];
  const caller = useCaller(callsAs);
  return (
    <div className="notices" role="status">
      {result?.running && <Waiting since={result.since} />}
      {result && !result.running && result.retryAt && <TryAgain at={result.retryAt} />}
      {result?.cancelled && result.kind !== 'subscription' && <p>Cancelled.</p>}
      {result && !result.running && result.tasks?.map((task) => <Task key={task} id={task} />)}
      {result && !result.running && <Old was={result.caller} is={caller} />}
    </div>
  );
}

function Waiting({ since }) {
  const known = budget.use();
  const now = useNow(true);
  const seconds = known && now - since >= patience ? waitOf(known, now) : 0;
  if (seconds === 0) {
    return null;
  }
  return (
    <p className="waiting">
      <span>Waiting for budget, about {seconds} s</span>
      <button type="button" onClick={() => workbench.get()?.stop()}>
        Cancel
      </button>
    </p>
  );
}

function TryAgain({ at }) {
  const now = useNow(true);
  const seconds = Math.ceil((at - now) / 1000);
  return <p className="waiting">{seconds > 0 ? `Refused for want of budget. It may be run again in ${seconds} s.` : 'Refused for want of budget. It may be run again now.'}</p>;
}

function Task({ id }) {
  return (
    <p>
      <span>A task is under way.</span>
      <button type="button" onClick={() => workbench.get()?.open({ query: follow, variables: JSON.stringify({ task: id }, null, 2) })}>
        Follow it
      </button>
    </p>
  );
}

function Old({ was, is }) {
  if (was.key !== is.key) {
    return (
      <p className="old">
        This answer is old: it is what {was.label} got. Requests are now made as {is.label}.
      </p>
    );
  }
  return was.resets === is.resets ? null : <p className="old">This answer is old: it is from before the sandbox was reset.</p>;
}
