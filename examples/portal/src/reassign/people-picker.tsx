import { useId, useState } from 'react';
import { useQuery } from 'urql';
import { useRows } from '../data/use-rows';
import { graphql } from '../gql';
import type { PeopleQuery } from '../gql/graphql';
import { More } from '../shell/more';
import { Problem } from '../shell/problem';
import { SearchField } from '../shell/search-field';
import { session } from '../shell/session';

const peopleQuery = graphql(`
  query People($search: String!, $first: Int!) {
    identities(search: $search, completeOnly: true, first: $first, orderBy: [{ field: NAME }]) {
      totalCount
      pageInfo { hasNextPage }
      nodes { id rawId name email identityState }
    }
  }
`);

export type Person = NonNullable<PeopleQuery['identities']>['nodes'][number];

type Props = { chosen: Person | null; choose: (person: Person) => void };

/** Finds people by what one types, to choose one of them. */
export function PeoplePicker(props: Props) {
  const [search, setSearch] = useState('');
  return (
    <fieldset className="people">
      <legend>Reassign to</legend>
      <SearchField label="Name or e-mail address" value={search} search={setSearch} />
      <Found key={search} search={search} {...props} />
    </fieldset>
  );
}

function Found({ search, chosen, choose }: Props & { search: string }) {
  const group = useId();
  const me = session.use();
  const rows = useRows();
  const [{ data, fetching, error }, read] = useQuery({ query: peopleQuery, variables: { search, first: rows.first } });
  const list = data?.identities;
  // Nobody can take over from themselves.
  const people = list?.nodes.filter(({ rawId }) => me.is !== 'in' || rawId !== me.user.identityId);
  return (
    <>
      {error && <Problem error={error} retry={() => read({ requestPolicy: 'network-only' })} />}
      <div className="found">
        {!list && fetching && <p className="faint">Looking for people…</p>}
        {people?.map((person) => (
          <label key={person.id}>
            <input type="radio" name={group} checked={chosen?.id === person.id} onChange={() => choose(person)} />
            <span>
              {person.name ?? person.rawId}
              <span className="faint">{person.email}</span>
            </span>
            {person.identityState?.startsWith('INACTIVE') && <span className="tag warn">inactive</span>}
          </label>
        ))}
        {people?.length === 0 && <p className="faint">Nobody’s name begins with that.</p>}
        {list?.pageInfo.hasNextPage && <More shown={list.nodes.length} total={list.totalCount} reading={fetching} more={rows.more} />}
      </div>
    </>
  );
}
