import { useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';
import { bringToken, identity } from './caller.js';

/** Takes an access token of the tenant, which is kept in memory alone. */
export function TokenField() {
  const [typed, setTyped] = useState('');
  const { introspect } = useGraphiQLActions();
  const current = identity.use();
  const submit = (event) => {
    event.preventDefault();
    bringToken(typed.trim().replace(/^Bearer\s+/i, ''));
    setTyped('');
    introspect(); // which may have been refused before
  };
  if (current) {
    return (
      <span className="token-field">
        <span>with your token</span>
        <button type="button" className="bar-button" onClick={() => bringToken('')}>
          Forget it
        </button>
      </span>
    );
  }
  return (
    <form className="token-field" onSubmit={submit}>
      <label>
        <span>Token</span>
        <input type="password" autoComplete="off" spellCheck="false" placeholder="access token of the tenant" value={typed} onChange={(event) => setTyped(event.target.value)} required />
      </label>
      <button type="submit" className="bar-button">
        Use it
      </button>
    </form>
  );
}
