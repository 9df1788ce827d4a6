import { useState } from 'react';
import { Link } from './location';
import { session, signOut } from './session';
import { tellOtherTabs } from './tabs';

/** What is at the top of every page: where it leads back to, and who is signed in. */
export function Header() {
  const state = session.use();
  const [problem, setProblem] = useState('');
  const leave = async () => {
    try {
      await signOut();
      tellOtherTabs({ session: 'changed' });
    } catch (error) {
      setProblem(String(error));
    }
  };
  return (
    <header className="top">
      <Link to="" className="brand">
        Access reviews
      </Link>
      {state.is === 'in' && (
        <p className="user">
          <span>
            Signed in as <strong>{state.user.name}</strong>
          </span>
          <button type="button" onClick={leave}>
            Sign out
          </button>
        </p>
      )}
      {problem && <p role="alert">{problem}</p>}
    </header>
  );
}
