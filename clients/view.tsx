import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { none, session, type Credentials } from './gateway/credentials';
import { describe, refusal, type GatewayError } from './gateway/errors';
import { createFetch } from './gateway/fetch';
import { overEvents, overWebSocket, type Streams } from './gateway/streams';
import type { MutationErrorCode } from './build/gql/graphql';

const address = new URLSearchParams(location.search);

/** The gateway's URL, from the page's own address. Without one, it is the gateway that serves the page, with a session. */
export const endpoint = address.get('endpoint') ?? new URL('/graphql', location.href).href;

/** How the page shows who uses it: on another origin, to the sandbox, it does not. */
export const credentials: Credentials = address.has('endpoint') ? none : session();

/** Carries subscriptions, from the page's own address: over events, or else over a WebSocket. */
export const streams: Streams =
  address.get('streams') === 'events' ? overEvents(endpoint, createFetch(credentials)) : overWebSocket(endpoint, credentials);

/** The certification to show, by either of its ids, from the page's own address. */
export const certificationId = address.get('certification') ?? '';

/** The task to follow, from the page's own address; null if there is none. */
export const taskId = address.get('task');

/** How many rows are read at a time. */
export const pageSize = 10;

/** Puts a page on the screen. */
export function show(page: ReactNode) {
  createRoot(document.getElementById('page')!).render(page);
}

/** The title of a certification and how far it has come. */
export function Heading({ name, made, total }: { name?: string | null; made?: number | null; total?: number | null }) {
  return (
    <header>
      <h1>{name}</h1>
      <output>
        {made} of {total}
      </output>
    </header>
  );
}

/** What went wrong, in words for people. */
export function Problems({ errors }: { errors?: readonly GatewayError[] }) {
  return errors?.map((error, i) => <p role="alert" key={i}>{describe(error)}</p>);
}

/** A certification's phase, with its counts as soon as they are there. */
export function Phase({ phase, children }: { phase?: string | null; children: ReactNode }) {
  return <div id="summary">{phase}: {children}</div>;
}

/** How many decisions are made. */
export function Counts({ made, total }: { made?: number | null; total?: number | null }) {
  return <>{made} of {total} decided</>;
}

/** The status of a task. */
export function Status({ status }: { status?: string | null }) {
  return <p id="task">{status}</p>;
}

/** The rows that have been read, with a button to read more if there are any. */
export function Rows({ children, more }: { children: ReactNode; more?: () => void }) {
  return (
    <>
      <table>
        <tbody>{children}</tbody>
      </table>
      {more && <button onClick={more}>More</button>}
    </>
  );
}

/** One review item, with a button that approves it, one that reads it again, and why it was not approved. */
export function Row(props: {
  id: string;
  identity?: string | null;
  access?: string | null;
  account?: string | null;
  decision?: string | null;
  approve: () => void;
  refresh: () => void;
  refusals?: readonly { code: MutationErrorCode; message: string }[];
  errors?: readonly GatewayError[];
}) {
  return (
    <tr id={props.id}>
      <td>{props.identity}</td>
      <td>{props.access}</td>
      <td>{props.account}</td>
      <td>{props.decision}</td>
      <td>
        <button onClick={props.approve}>Approve</button>
        <button onClick={props.refresh}>Refresh</button>
        {props.refusals?.map((each, i) => <em key={i}>{refusal(each)}</em>)}
        <Problems errors={props.errors} />
      </td>
    </tr>
  );
}
