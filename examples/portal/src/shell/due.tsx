const day = 24 * 60 * 60 * 1000;
const format = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** Returns a date as people read it. Due dates are days, which the tenant writes in UTC. */
export const dateOf = (moment: string) => format.format(new Date(moment));

/** When a review should be finished, and whether that is soon or past. */
export function Due({ date }: { date?: string | null }) {
  if (!date) {
    return <span className="faint">no date</span>;
  }
  const days = Math.ceil((Date.parse(date) - Date.now()) / day);
  const note = days < 0 ? 'overdue' : days === 0 ? 'today' : days <= 7 ? `in ${days} ${days === 1 ? 'day' : 'days'}` : '';
  return (
    <span className="due">
      <time dateTime={date}>{dateOf(date)}</time>
      {note && <span className={days < 0 ? 'tag bad' : 'tag warn'}>{note}</span>}
    </span>
  );
}
