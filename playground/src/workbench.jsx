import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import { createStore } from './store.js';

/**
 * What the rest of the page may do with GraphiQL's tabs and editors; null while there are no editors. `id` is that of the
 * active tab, `content` returns what its editors hold, `update` gives the tab that and the name of the operation that runs,
 * `open` opens a tab with `{ query, variables }`, and `stop` ends what is under way.
 */
export const workbench = createStore(null);

/** Makes that, keeps the active tab in sight, and lets the page be used from the keyboard at once. */
export function Workbench() {
  const { addTab, updateActiveTabValues, run, stop } = useGraphiQLActions();
  const { tabs, activeTabIndex, ...editors } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'queryEditor', 'variableEditor', 'headerEditor', 'responseEditor', 'operationName'),
  );
  const { queryEditor, variableEditor, headerEditor, responseEditor, operationName } = editors;
  const id = tabs[activeTabIndex]?.id;
  useEffect(() => {
    if (!queryEditor || !responseEditor) {
      return;
    }
    const content = () => ({
      query: queryEditor.getValue(),
      variables: variableEditor?.getValue() ?? '',
      headers: headerEditor?.getValue() ?? '',
    });
    workbench.set({
      id,
      content: () => ({ ...content(), operationName }),
      // GraphiQL itself tells the tab only once nobody has typed for a moment, while its history takes from the tab what is
      // run, which would then be what was there before.
      update: (operationName) => updateActiveTabValues({ ...content(), operationName }),
      open({ query, variables = '' }) {
        addTab();
        queryEditor.setValue(query);
        variableEditor?.setValue(variables);
        updateActiveTabValues({ query, variables });
        showVariables(variables);
        queryEditor.focus();
      },
      stop,
    });
  }, [addTab, updateActiveTabValues, stop, queryEditor, variableEditor, headerEditor, responseEditor, operationName, id]);
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor]) {
      editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'indent' }); // as the answer is, so that nothing is out of sight
    }
  }, [queryEditor, variableEditor]);
  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [id]);
  useEffect(() => {
    const onKey = (event) => {
      // The editors have a key binding of their own.
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.target.closest('.monaco-editor, [role="dialog"], [role="menu"]')) {
        event.preventDefault();
        run();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [run]);
  return null;
}

/** Opens the editor of variables, if there are some and it is closed. */
function showVariables(variables) {
  const closed = document.querySelector('.graphiql-toggle-editor-tools[aria-label^="Show"]');
  if (variables.trim() && closed) {
    closed.click();
  }
}
