import { pick, useGraphiQL } from '@graphiql/react';
import { useCaller } from './caller.js';
import { openExample } from './examples-menu.jsx';
import { examples } from './examples.js';
import { results } from './results.js';

/** Says, where there is no answer yet, what this is, on which data, as whom, and where to begin. */
export function StartPage({ settings }) {
  const { tabs, activeTabIndex, isFetching, fetchError } = useGraphiQL(pick('tabs', 'activeTabIndex', 'isFetching', 'fetchError'));
  const caller = useCaller(settings.callsAs);
  const tab = tabs[activeTabIndex];
  const result = results.use()[tab?.id];
  if (isFetching || result || tab?.response) {
    return null;
  }
  return (
    <section className="start-page" aria-labelledby="start-title">
      <h2 id="start-title">Access reviews as one graph</h2>
      <p>
        certql answers GraphQL from the REST Certifications API of SailPoint Identity Security Cloud: campaigns, certifications, items,
        permissions, people and tasks. Here you can try it.
      </p>
      <dl>
        <dt>Data</dt>
        <dd>
          {settings.tenant ? (
            <>
              The tenant <strong>{settings.tenant}</strong>. It is real: a mutation changes it.
            </>
          ) : (
            <>
              The <strong>sandbox</strong>, which plays a tenant with made-up people. Change what you like, and reset it in the menu.
            </>
          )}
        </dd>
        <dt>As</dt>
        <dd>
          <strong>{caller.label}</strong>
          {settings.identities && '. Choose somebody else above, and you see what they may see.'}
          {settings.tokens && caller.label === 'nobody' && '. Enter an access token of the tenant above.'}
        </dd>
        <dt>Run</dt>
        <dd>
          <kbd>Ctrl</kbd> <kbd>Enter</kbd>. The number under the button is how many REST calls it takes at most;{' '}
          {settings.sandbox ? 'the calls that it made are shown with the answer.' : 'how many it made is shown with the answer.'}
        </dd>
      </dl>
      {fetchError && <p className="start-problem">The schema cannot be read, so nothing is completed or checked as you type.</p>}
      <h3>Examples</h3>
      <ul>
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" onClick={() => openExample(example, settings)}>
              <span className="item-name">{example.name}</span>
              <span className="item-about">{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
