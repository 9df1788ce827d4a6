import { useEffect } from 'react';

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-item]')];
const current = () => document.activeElement?.closest<HTMLElement>('[data-item]') ?? null;

/** Moves the focus by so many items; from elsewhere on the page, to the first. */
function move(by: number) {
  const all = rows();
  const at = all.indexOf(current()!);
  const next = at < 0 ? all[0] : all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

const press = (selector: string) => current()?.querySelector<HTMLElement>(selector)?.click();

const actions: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press('[data-decision="APPROVE"]'),
  r: () => press('[data-decision="REVOKE"]'),
  x: () => press('input[type="checkbox"]'),
};

/** Lets people review by the keys j, k, a, r and x, as long as they are not writing or choosing something. */
export function useShortcuts(enabled: boolean) {
  useEffect(() => {
    if (!enabled) {
      return;
    }
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const writes = target.matches('input:not([type="checkbox"]), textarea, select');
      if (writes || document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      const action = actions[event.key];
      if (action) {
        event.preventDefault();
        action();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [enabled]);
}
