import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

const address = new URLSearchParams(location.search);

/** The gateway's URL, from the page's own address. */
export const endpoint = address.get('endpoint') ?? '';

/** The certification to show, by either of its ids, from the page's own address. */
export const certificationId = address.get('certification') ?? '';

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
  refusals?: readonly { message: string }[];
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
        {props.refusals?.map(({ message }, i) => <em key={i}>{message}</em>)}
      </td>
    </tr>
  );
}
