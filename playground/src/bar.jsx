import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { BudgetMeter } from './budget-meter.jsx';
import { DryRunSwitch } from './dry-run-switch.jsx';
import { ExamplesMenu } from './examples-menu.jsx';
import { IdentityMenu } from './identity-menu.jsx';
import { SandboxMenu } from './sandbox-menu.jsx';
import { SessionMenu } from './session-menu.jsx';
import { TokenField } from './token-field.jsx';

/** The bar above everything: on which data the page works, as whom, and with how much budget. */
export function Bar({ settings }) {
  const [at, setAt] = useState(null);
  useEffect(() => {
    const header = Object.assign(document.createElement('header'), { className: 'bar' });
    document.querySelector('.graphiql-container').prepend(header); // where GraphiQL's colours are
    document.querySelector('.graphiql-main').setAttribute('role', 'main'); // which GraphiQL leaves to the page
    setAt(header);
    return () => header.remove();
  }, []);
  const { endpoint, identities, callsAs, sessionsAt, tokens, tenant, sandbox } = settings;
  return (
    at &&
    createPortal(
      <>
        <h1 className="bar-name">certql</h1>
        <span className="bar-data">{tenant || 'sandbox'}</span>
        <ExamplesMenu settings={settings} />
        <span className="bar-space" />
        <BudgetMeter url={endpoint} />
        <DryRunSwitch />
        {identities && <IdentityMenu identities={identities} callsAs={callsAs} />}
        {tokens && <TokenField />}
        {sessionsAt && <SessionMenu signInAt={sessionsAt} />}
        {sandbox && <SandboxMenu />}
      </>,
      at,
    )
  );
}
