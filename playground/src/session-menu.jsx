import { useEffect, useState } from 'react';
import { person } from './caller.js';

/** Says who is signed in at the gateway in this browser, and signs in, at the given URL, and out. */
export function SessionMenu({ signInAt }) {
  const [user, setUser] = useState(undefined); // until the gateway has said
  const [problem, setProblem] = useState('');
  useEffect(() => {
    signedInUser().then(
      (user) => {
        setUser(user);
        person.set(user && { label: user.name || user.identityId });
      },
      (error) => setProblem(error.message),
    );
  }, []);
  const leave = async () => {
    try {
      await signOut();
      setUser(null);
      person.set(null);
      setProblem('');
    } catch (error) {
      setProblem(error.message);
    }
  };
  return (
    <span className="session-menu">
      {user === null && <a href={signInAt}>Sign in</a>}
      {user && (
        <>
          <span>{user.name || user.identityId}</span>
          <button type="button" onClick={leave}>
            Sign out
          </button>
        </>
      )}
      {problem && <span role="alert">{problem}</span>}
    </span>
  );
}

/** Answers who is signed in, or null. */
async function signedInUser() {
  const response = await fetch('auth/me');
  if (response.status === 401) {
    return null;
  }
  if (!response.ok) {
    throw new Error('The gateway does not say who is signed in.');
  }
  return response.json();
}

async function signOut() {
  const response = await fetch('auth/logout', { method: 'POST', headers: { 'content-type': 'application/json' } });
  if (!response.ok) {
    throw new Error('The gateway did not sign you out.');
  }
}
