import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';
import { createStore } from './store.js';

/** Gives the active tab what the editors hold, and the name of the operation that runs; null while there are no editors. */
export const activeTab = createStore(null);

/**
 * Makes that function. GraphiQL itself tells the tab only once nobody has typed for a moment, while
 * its history takes from the tab what is run, which would then be what was there before.
 */
export function ActiveTab() {
  const { updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL(pick('queryEditor', 'variableEditor', 'headerEditor'));
  useEffect(() => {
    activeTab.set((operationName) =>
      updateActiveTabValues({
        query: queryEditor?.getValue(),
        variables: variableEditor?.getValue(),
        headers: headerEditor?.getValue(),
        operationName,
      }),
    );
  }, [updateActiveTabValues, queryEditor, variableEditor, headerEditor]);
  return null;
}
