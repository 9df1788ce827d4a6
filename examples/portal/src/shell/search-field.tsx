import { useEffect, useId, useState } from 'react';

/** How long somebody has to stop typing before what they have typed is searched for, in milliseconds. */
const pause = 300;

/** A field that searches while one types. */
export function SearchField({ label, value, search }: { label: string; value: string; search: (text: string) => void }) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text !== value) {
      const timer = setTimeout(() => search(text), pause);
      return () => clearTimeout(timer);
    }
  }, [text, value, search]);
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="search" autoComplete="off" maxLength={100} placeholder="Begins with…" value={text} onChange={(event) => setText(event.target.value)} />
    </span>
  );
}
