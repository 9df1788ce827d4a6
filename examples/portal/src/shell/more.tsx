/** What is below a list that goes on: a button for more or, where there is an end to that, what helps instead. */
export function More({ shown, total, reading, more }: { shown: number; total?: number | null; reading: boolean; more?: () => void }) {
  const count = `${shown.toLocaleString('en')}${total == null ? '' : ` of ${total.toLocaleString('en')}`} shown`;
  return (
    <p className="more">
      <span>{count}</span>
      {more ? (
        <button type="button" onClick={more} disabled={reading}>
          {reading ? 'Reading more…' : 'More'}
        </button>
      ) : (
        <span>Search or filter to see the others.</span>
      )}
    </p>
  );
}
