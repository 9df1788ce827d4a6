import { Fragment } from 'react';

/** Shows a path that goes on in the next line before a slash, a dot or a parameter, where it has to. */
export function Breakable({ text }) {
  return text.split(/(?=[/.?&])/).map((step, i) => (
    <Fragment key={i}>
      <wbr />
      {step}
    </Fragment>
  ));
}
