import { useState } from 'react';

/** The numbers of rows that a list is read in. The gateway returns at most the last of them at once. */
const steps = [50, 100, 250, 500, 750, 1000];

/**
 * Reads more of a list by asking for more rows from its start; until they come, urql goes on showing the others. Cursors
 * are positions, and would skip rows of a list that gets shorter as items are decided. Give the component another `key`
 * for another list.
 */
export function useRows() {
  const [step, setStep] = useState(0);
  return { first: steps[step]!, more: step < steps.length - 1 ? () => setStep(step + 1) : undefined };
}
