import { useState } from 'react';
import { identity, signIn } from './caller.js';

/** Lets the user choose as which of the sandbox's identities operations are sent. */
export function IdentityMenu({ identities, callsAs }) {
  const [problem, setProblem] = useState('');
  const current = identity.use();
  const choose = async (event) => {
    try {
      await signIn(identities.find(({ id }) => id === event.target.value) ?? null);
      setProblem('');
    } catch (error) {
      setProblem(error.message);
    }
  };
  return (
    <label className="identity-menu">
      <span>as</span>
      <select aria-label="Signed in as" value={current?.id ?? ''} onChange={choose}>
        <option value="">{callsAs ? 'the gateway itself' : 'nobody'}</option>
        {identities.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ? `${id} (${name})` : id}
          </option>
        ))}
      </select>
      {problem && <span role="alert">{problem}</span>}
    </label>
  );
}
