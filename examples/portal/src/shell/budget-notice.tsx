import { useEffect, useState } from 'react';
import { waitsUntil } from '../data/budget-exchange';

/** Says how long the page waits, while the tenant takes no more requests. */
export function BudgetNotice() {
  const until = waitsUntil.use();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    if (until !== null) {
      const clock = setInterval(() => setNow(Date.now()), 1000);
      return () => clearInterval(clock);
    }
  }, [until]);
  return (
    <div role="status">
      {until !== null && (
        <p className="notice">
          Waiting for budget, about {Math.max(1, Math.round((until - now) / 1000))} s. The tenant takes only so many requests; the page goes on by
          itself.
        </p>
      )}
    </div>
  );
}
