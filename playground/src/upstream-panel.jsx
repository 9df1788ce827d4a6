import { Fragment } from 'react';
import { upstream } from './session.js';

/** Shows below the answer what it has cost upstream. What an answer does not say is left out. */
export function UpstreamPanel() {
  const said = upstream.use();
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
      {Array.isArray(said.byPath) && said.byPath.length > 0 && <Estimate rows={said.byPath} />}
      {Array.isArray(said.trace) && said.trace.length > 0 && <Trace calls={said.trace} />}
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

function Trace({ calls }) {
  return (
    <div className="upstream-rows" tabIndex={0}>
      <table className="upstream-calls">
        <thead>
          <tr>
            <th scope="col">method</th>
            <th scope="col">path</th>
            <th scope="col">status</th>
            <th scope="col">ms</th>
            <th scope="col">from</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call, i) => (
            <tr key={i} className={call.status >= 400 ? 'refused' : undefined}>
              <td>{call.method}</td>
              <td className="path" title={call.path}>
                <Breakable text={call.template} />
              </td>
              <td className="status">{call.status}</td>
              <td className="ms">{call.ms}</td>
              <td>{origin(call)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Estimate({ rows }) {
  return (
    <div className="upstream-rows" tabIndex={0}>
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

/** Shows a path that goes on in the next line before a slash or a dot, where it has to. */
function Breakable({ text }) {
  return text.split(/(?=[/.])/).map((step, i) => (
    <Fragment key={i}>
      <wbr />
      {step}
    </Fragment>
  ));
}

function origin({ cached, coalesced }) {
  if (cached) {
    return 'cache';
  }
  return coalesced ? 'a call under way' : 'upstream';
}

/** Shows a date and time as the time of day; undefined for what is none. */
function timeOfDay(text) {
  const time = new Date(text ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toLocaleTimeString();
}
