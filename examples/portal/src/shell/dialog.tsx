import { useId, useLayoutEffect, useRef, type ReactNode, type SyntheticEvent } from 'react';

/** A dialog over the page, which the browser keeps the focus in, and closes on Escape. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Closed before it is gone, so that the browser moves the focus back to what has opened it.
  useLayoutEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    return () => shown.close();
  }, []);
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault(); // it closes when it is no longer shown
    close();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={cancel}>
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}
