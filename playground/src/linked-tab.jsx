import { useEffect } from 'react';
import { takeLinked } from './link.js';
import { workbench } from './workbench.jsx';

/** Opens a tab with what the page's link carries, and runs nothing of it: that is for whoever follows the link. */
export function LinkedTab() {
  const ready = workbench.use() !== null;
  useEffect(() => {
    if (!ready) {
      return undefined;
    }
    const open = () => {
      const linked = takeLinked();
      if (linked) {
        workbench.get().open(linked);
      }
    };
    open();
    addEventListener('hashchange', open);
    return () => removeEventListener('hashchange', open);
  }, [ready]);
  return null;
}
