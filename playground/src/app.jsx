import './workers.js';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { ActiveTab } from './active-tab.jsx';
import { DryRunSwitch } from './dry-run-switch.jsx';
import { createFetcher } from './fetcher.js';
import { IdentityMenu } from './identity-menu.jsx';
import { SessionMenu } from './session-menu.jsx';
import { createStorage } from './storage.js';
import { UpstreamPanel } from './upstream-panel.jsx';
import './style.css';

const plugins = [explorerPlugin(), HISTORY_PLUGIN];
const storage = createStorage();

// Headers are never stored, since a token may be among them.
function Playground({ endpoint, operations, identities, sessions }) {
  return (
    <GraphiQL
      fetcher={createFetcher(endpoint)}
      defaultTabs={operations.length > 0 ? operations.map((query) => ({ query })) : undefined}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      shouldPersistHeaders={false}
      storage={storage}
      schemaDescription
    >
      <GraphiQL.Logo>
        <DryRunSwitch />
        {identities && <IdentityMenu identities={identities} />}
        {sessions && <SessionMenu />}
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <ActiveTab />
        <UpstreamPanel />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

const settings = await (await fetch('playground/settings.json')).json();
createRoot(document.getElementById('playground')).render(<Playground {...settings} />);
