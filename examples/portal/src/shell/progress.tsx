/** How many of all are done, as a bar and in words. */
export function Progress({ done, of, label }: { done?: number | null; of?: number | null; label: string }) {
  if (done == null || of == null) {
    return <span className="faint">not known</span>;
  }
  return (
    <span className="progress">
      <progress aria-label={label} value={done} max={Math.max(of, 1)} />
      <span className="numbers">
        {done.toLocaleString('en')} of {of.toLocaleString('en')}
      </span>
    </span>
  );
}
