import { Breakable } from './breakable.jsx';

/** Shows the upstream calls of an answer along its time: how long each waited for its turn, and how long it took. */
export function Waterfall({ calls }) {
  const whole = Math.max(...calls.map(({ startMs = 0, ms = 0 }) => startMs + ms), 1);
  return (
    <div className="upstream-rows" tabIndex={0} role="group" aria-label="Calls along the time">
      <table className="upstream-calls">
        <thead>
          <tr>
            <th scope="col">method</th>
            <th scope="col">URL</th>
            <th scope="col">status</th>
            <th scope="col" className="when">
              <span className="scale">
                <span>0</span>
                <span>{shown(whole)}</span>
              </span>
            </th>
            <th scope="col">time</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call, i) => (
            <tr key={i} className={call.status >= 400 ? 'refused' : undefined}>
              <td>{call.method}</td>
              <td className="path" title={call.url ?? call.path}>
                <Breakable text={target(call)} />
              </td>
              <td className="status">{call.status ?? origin(call)}</td>
              <td className="when">
                <Bar call={call} whole={whole} />
              </td>
              <td className="ms">{call.waitedMs >= 1 ? `${shown(call.waitedMs)} waited, ${duration(call)}` : duration(call)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The time of one call as a part of the whole. What needed no call is a mark. */
function Bar({ call, whole }) {
  const { startMs = 0, waitedMs = 0, ms = 0 } = call;
  const part = (time) => `${(100 * time) / whole}%`;
  return (
    <span className="lane" aria-hidden="true">
      {waitedMs > 0 && <span className="bar-waited" style={{ left: part(startMs - waitedMs), width: part(waitedMs) }} />}
      <span className={call.cached || call.coalesced ? 'bar-none' : 'bar-took'} style={{ left: part(startMs), width: part(ms) }} />
    </span>
  );
}

/** What is asked for, below the API's base URL, as people read it: without escapes, and with the beginnings of ids. */
function target({ url, path }) {
  if (!url) {
    return path;
  }
  const text = url.slice(Math.max(url.indexOf(path), 0)).replace(/[0-9a-f]{20,}/gi, (id) => `${id.slice(0, 8)}…`);
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function origin({ cached, coalesced }) {
  if (cached) {
    return 'cache';
  }
  return coalesced ? 'joined' : 'none';
}

const duration = ({ ms }) => (ms === undefined ? '' : shown(ms));

/** A time for people, given in milliseconds. */
function shown(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
