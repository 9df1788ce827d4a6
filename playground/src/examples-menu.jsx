import { examples, prepared } from './examples.js';
import { Item, Menu } from './menu.jsx';
import { workbench } from './workbench.jsx';

/** Opens an example in a tab of its own. */
export async function openExample(example, settings) {
  const tab = await prepared(example, settings);
  workbench.get()?.open(tab);
}

/** Offers an operation for each job. */
export function ExamplesMenu({ settings }) {
  return (
    <Menu label="Examples" title="An operation for each job, in a tab of its own">
      {examples.map((example) => (
        <Item key={example.name} onSelect={() => openExample(example, settings)}>
          <span className="item-name">{example.name}</span>
          <span className="item-about">{example.about}</span>
        </Item>
      ))}
    </Menu>
  );
}
