import { useCallback, useId } from 'react';
import { SearchField } from '../shell/search-field';
import { setView, type View } from './view';

/** What narrows the items down, and groups them. */
export function Filters({ view }: { view: View }) {
  const search = useCallback((text: string) => setView({ search: text }), []);
  return (
    <div className="filters">
      <SearchField label="Search access" value={view.search} search={search} />
      <Choice label="Show" value={view.show} choose={(show) => setView({ show })} options={{ '': 'All', undecided: 'Undecided', decided: 'Decided' }} />
      <Choice
        label="Kind"
        value={view.kind}
        choose={(kind) => setView({ kind })}
        options={{ '': 'All kinds', ENTITLEMENT: 'Entitlements', ACCESS_PROFILE: 'Access profiles', ROLE: 'Roles' }}
      />
      <Choice label="Group by" value={view.group} choose={(group) => setView({ group })} options={{ identity: 'Identity', access: 'Access' }} />
    </div>
  );
}

type ChoiceProps<T extends string> = { label: string; value: T; choose: (value: T) => void; options: Record<T, string> };

function Choice<T extends string>({ label, value, choose, options }: ChoiceProps<T>) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.target.value as T)}>
        {Object.entries<string>(options).map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}
