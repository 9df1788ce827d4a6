import { pick, useGraphiQL } from '@graphiql/react';
import { Breakable } from './breakable.jsx';
import { results } from './results.js';
import { Waterfall } from './waterfall.jsx';

/** Shows below the answer what it has cost upstream. What an answer does not say is left out. */
export function UpstreamPanel({ sandbox }) {
  const { tabs, activeTabIndex } = useGraphiQL(pick('tabs', 'activeTabIndex'));
  const said = results.use()[tabs[activeTabIndex]?.id]?.upstream;
  if (!said) {
    return <section className="upstream" aria-label="Upstream calls" />;
  }
  return (
    <section className="upstream" aria-label="Upstream calls">
      <dl className="upstream-figures">
        <Figure name="calls" value={said.calls} />
        <Figure name="estimated" value={said.estimatedCalls} unit={of(said.maxEstimatedCalls)} />
        <Figure name="cached" value={said.cached} />
        <Figure name="coalesced" value={said.coalesced} />
        <Figure name="stale" value={said.stale ? 'yes' : undefined} />
        <Figure name="waited" value={said.waitedMs} unit="ms" />
        <Figure name="budget left" value={said.remaining} unit={of(said.limit)} />
        <Figure name="budget full at" value={timeOfDay(said.resetAt)} />
      </dl>
      {Array.isArray(said.byPath) && said.byPath.length > 0 && <Paths rows={said.byPath} />}
      {Array.isArray(said.trace) && said.trace.length > 0 && <Waterfall calls={said.trace} />}
      {!sandbox && said.calls > 0 && <p className="upstream-hint">Which calls these were is told on the sandbox alone.</p>}
    </section>
  );
}

function Figure({ name, value, unit }) {
  if (value == null) {
    return null;
  }
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value} {unit}
      </dd>
    </div>
  );
}

function of(whole) {
  return whole == null ? undefined : `of ${whole}`;
}

/** The estimate of a dry run, by the paths of the response. */
function Paths({ rows }) {
  return (
    <div className="upstream-rows" tabIndex={0} role="group" aria-label="Estimate by path">
      <table>
        <thead>
          <tr>
            <th scope="col">field</th>
            <th scope="col">estimated calls</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ path, calls }, i) => (
            <tr key={i}>
              <td className="path">
                <Breakable text={path} />
              </td>
              <td>{calls}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shows a date and time as the time of day; undefined for what is none. */
function timeOfDay(text) {
  const time = new Date(text ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toLocaleTimeString();
}
