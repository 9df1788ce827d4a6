import { useEffect, useState } from 'react';
import { Item, Menu } from './menu.jsx';
import { putScene, readScene, resetSandbox, scene, scenes } from './sandbox.js';

/** Resets the sandbox, and makes it misbehave. */
export function SandboxMenu() {
  const [said, setSaid] = useState('');
  const current = scene.use();
  useEffect(() => {
    readScene().catch(() => {}); // it is shown as well as it was
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(''), 8000);
    return () => clearTimeout(timer);
  }, [said]);
  const act = (what, done) => what().then(() => setSaid(done), (error) => setSaid(error.message));
  const quiet = current === scenes[0];
  return (
    <>
      <Menu
        label={quiet ? 'Sandbox' : `Sandbox: ${current?.name ?? 'other faults'}`}
        align="end"
        className={quiet ? '' : 'misbehaving'}
        title="Start over, or see how the gateway gets on with a tenant that misbehaves"
      >
        <Item onSelect={() => act(resetSandbox, 'The sandbox was reset.')}>
          <span className="item-name">Reset</span>
          <span className="item-about">all data as at the start, no faults</span>
        </Item>
        {scenes.map((each) => (
          <Item
            key={each.name}
            role={each.once ? 'menuitem' : 'menuitemradio'}
            aria-checked={each.once ? undefined : each === current}
            onSelect={() => act(() => putScene(each), each.once ?? '')}
          >
            <span className="item-name">{each === scenes[0] ? 'No fault' : each.name}</span>
            <span className="item-about">{each.about}</span>
          </Item>
        ))}
      </Menu>
      <span role="status" className="bar-said">
        {said}
      </span>
    </>
  );
}
