import { useBudget, useNow } from './budget.js';
import { useCaller } from './caller.js';
import { results } from './results.js';

/** Shows what is left of the caller's request budget, and when it is full again. */
export function BudgetMeter({ url }) {
  const running = Object.values(results.use()).some((result) => result.running);
  const known = useBudget(url, useCaller().key, running);
  const draining = known !== null && known.remaining < known.limit;
  const now = useNow(draining);
  if (!known) {
    return null;
  }
  const seconds = Math.max(1, Math.ceil((known.fullAt - now) / 1000));
  return (
    <span className="budget" title="Upstream calls that may be made now, and when all of them may be made again">
      <span id="budget-label">Budget</span>
      <meter aria-labelledby="budget-label" min="0" max={known.limit} low={known.limit / 4} optimum={known.limit} value={known.remaining} />
      <span className="budget-figures">
        {known.remaining} of {known.limit}
      </span>
      {draining && <span className="budget-full">full in {seconds} s</span>}
    </span>
  );
}
