import { CopyIcon, pick, ToolbarMenu, useGraphiQL } from '@graphiql/react';
import { useState } from 'react';
import { linkOf } from './link.js';
import { snippets } from './snippets.js';
import { workbench } from './workbench.jsx';

/** Copies the operation in the form in which it is wanted elsewhere. */
export function CopyMenu({ url }) {
  const { schema } = useGraphiQL(pick('schema'));
  const [said, setSaid] = useState('');
  const copy = async (name, text) => {
    setSaid('');
    setSaid((await copied(text)) ? `Copied: ${name}` : `The browser does not let the page copy (${name}).`);
  };
  const endpoint = new URL(url, location.href).href;
  const content = () => workbench.get().content();
  return (
    <>
      <ToolbarMenu
        modal={false}
        button={
          <button type="button" className="graphiql-un-styled graphiql-toolbar-button" aria-label="Copy as …" title="Copy as …">
            <CopyIcon className="graphiql-toolbar-icon" aria-hidden="true" />
          </button>
        }
      >
        <ToolbarMenu.Item onSelect={() => copy('the query', content().query)}>Query</ToolbarMenu.Item>
        {Object.entries(snippets).map(([name, snippet]) => (
          <ToolbarMenu.Item key={name} onSelect={() => copy(name, snippet(content(), endpoint, schema))}>
            {name}
          </ToolbarMenu.Item>
        ))}
        <ToolbarMenu.Item onSelect={() => copy('a link', linkOf(content()))}>Link to this query</ToolbarMenu.Item>
      </ToolbarMenu>
      <span role="status" className="copied">
        {said}
      </span>
    </>
  );
}

/** Puts a text into the clipboard, and reports whether that is done. Over plain HTTP only the old way is allowed. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
