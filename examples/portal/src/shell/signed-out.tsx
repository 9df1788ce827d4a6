import { checkSession, session, signInAddress } from './session';

/** What is shown in place of a page to who is not signed in, or no longer. */
export function SignedOut() {
  const state = session.use();
  if (state.is === 'unreachable') {
    return (
      <div className="card" role="alert">
        <h1>Please try again</h1>
        <p>{state.message}</p>
        <button type="button" onClick={checkSession}>
          Try again
        </button>
      </div>
    );
  }
  const ended = state.is === 'ended';
  return (
    <div className="card" role={ended ? 'alert' : undefined}>
      <h1>{ended ? 'Your session has ended' : 'Sign in'}</h1>
      <p>{ended ? 'Sign in again to go on where you were.' : 'Sign in to see what you have to review.'}</p>
      <p>
        <a className="button primary" href={signInAddress()}>
          {ended ? 'Sign in again' : 'Sign in'}
        </a>
      </p>
    </div>
  );
}
