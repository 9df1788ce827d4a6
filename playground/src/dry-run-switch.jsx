import { dryRun } from './results.js';

/** Switches between running operations and only estimating what they would cost upstream. */
export function DryRunSwitch() {
  return (
    <label className="dry-run" title="Only estimate the upstream calls of an operation">
      <input type="checkbox" role="switch" checked={dryRun.use()} onChange={(event) => dryRun.set(event.target.checked)} />
      Dry run
    </label>
  );
}
