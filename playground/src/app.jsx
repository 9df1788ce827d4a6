import './workers.js';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { Bar } from './bar.jsx';
import { CopyMenu } from './copy-menu.jsx';
import { Estimate } from './estimate.jsx';
import { firstQuery } from './examples.js';
import { createFetcher } from './fetcher.js';
import { LinkedTab } from './linked-tab.jsx';
import { Notices } from './notices.jsx';
import { StartPage } from './start-page.jsx';
import { createStorage } from './storage.js';
import { UpstreamPanel } from './upstream-panel.jsx';
import { Workbench } from './workbench.jsx';
import './style.css';

const settings = await (await fetch('playground/settings.json')).json();
const { endpoint, operations, callsAs, tenant } = settings;

const plugins = [explorerPlugin(), HISTORY_PLUGIN];
const storage = createStorage(tenant);
const fetcher = createFetcher(endpoint, callsAs);
const tabs = (operations.length > 0 ? operations : [firstQuery]).map((query) => ({ query }));

// Headers are never stored, since a token may be among them.
function Playground() {
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      shouldPersistHeaders={false}
      storage={storage}
      schemaDescription
    >
      <GraphiQL.Logo>
        <Bar settings={settings} />
        <Workbench />
        <LinkedTab />
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge }) => (
          <>
            <Estimate url={endpoint} />
            {prettify}
            {merge}
            <CopyMenu url={endpoint} />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <StartPage settings={settings} />
        <Notices callsAs={callsAs} />
        <UpstreamPanel sandbox={settings.sandbox} />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

createRoot(document.getElementById('playground')).render(<Playground />);
