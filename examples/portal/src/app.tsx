import { useEffect } from 'react';
import { Provider } from 'urql';
import { CertificationPage } from './certification/certification-page';
import { client } from './data/client';
import { QueuePage } from './queue/queue-page';
import { Announcer } from './shell/announcer';
import { BudgetNotice } from './shell/budget-notice';
import { Header } from './shell/header';
import { Link, useLocation } from './shell/location';
import { checkSession, session } from './shell/session';
import { SignedOut } from './shell/signed-out';
import { onNews } from './shell/tabs';

/** The portal: who is signed in sees the page of the address, and everybody else how to sign in. */
export function App() {
  const { is } = session.use();
  useEffect(() => {
    void checkSession();
    // In another tab, the person may have signed out, or signed in again, as somebody else perhaps.
    const check = () => document.visibilityState === 'visible' && session.get().is !== 'unknown' && void checkSession();
    document.addEventListener('visibilitychange', check);
    const stop = onNews((news) => 'session' in news && void checkSession());
    // The back button may show the page as it was, to another person.
    const restored = ({ persisted }: PageTransitionEvent) => persisted && location.reload();
    addEventListener('pageshow', restored);
    return () => {
      document.removeEventListener('visibilitychange', check);
      removeEventListener('pageshow', restored);
      stop();
    };
  }, []);

  return (
    <Provider value={client}>
      <Header />
      <BudgetNotice />
      <main>{is === 'in' ? <Page /> : is === 'unknown' ? null : <SignedOut />}</main>
      <Announcer />
    </Provider>
  );
}

/** The page of the address. */
function Page() {
  const { path } = useLocation();
  const [, certification] = path.match(/^certifications\/([^/]+)$/) ?? [];
  if (certification) {
    return <CertificationPage key={certification} id={decodeURIComponent(certification)} />;
  }
  if (path === '' || path === 'signed') {
    return <QueuePage key={path} phase={path === 'signed' ? 'SIGNED' : 'ACTIVE'} />;
  }
  return (
    <>
      <h1>There is no such page</h1>
      <p>
        <Link to="">Show my reviews</Link>
      </p>
    </>
  );
}
