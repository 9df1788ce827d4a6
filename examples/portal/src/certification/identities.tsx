import { useState } from 'react';
import { useQuery } from 'urql';
import { useRows } from '../data/use-rows';
import { graphql } from '../gql';
import { More } from '../shell/more';
import { Problem } from '../shell/problem';
import { SearchField } from '../shell/search-field';
import type { Certification } from './certification-page';
import { useOtherTabs } from './use-other-tabs';
import { setView, useView } from './view';

const identitiesQuery = graphql(`
  query Identities($id: ID!, $first: Int!, $filter: IdentitySummaryFilter) {
    certification(id: $id) {
      id
      identitySummaries(first: $first, filter: $filter, orderBy: [{ field: NAME }]) {
        totalCount
        pageInfo { hasNextPage }
        nodes { id name completed }
      }
    }
  }
`);

/** The identities under review, to choose one whose items are shown. On narrow screens, a button opens them. */
export function Identities({ certification: { id } }: { certification: Certification }) {
  const { identity } = useView();
  const [search, setSearch] = useState('');
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const choose = (chosen: string, itsName: string) => {
    setView({ identity: chosen });
    setName(itsName);
    setOpen(false);
  };
  return (
    <nav className="identities" aria-label="Identities">
      <button type="button" className="opener" aria-expanded={open} onClick={() => setOpen(!open)}>
        {identity ? name || 'One identity' : 'All identities'}
      </button>
      <div className={open ? 'panel open' : 'panel'}>
        <SearchField label="Search identities" value={search} search={setSearch} />
        <List key={search} id={id} search={search} chosen={identity} choose={choose} />
      </div>
    </nav>
  );
}

type ListProps = { id: string; search: string; chosen: string; choose: (id: string, name: string) => void };

function List({ id, search, chosen, choose }: ListProps) {
  const rows = useRows();
  const [{ data, fetching, stale, error }, read] = useQuery({
    query: identitiesQuery,
    variables: { id, first: rows.first, filter: search ? { name: { startsWith: search } } : null },
    requestPolicy: 'cache-and-network',
  });
  useOtherTabs(id, read);
  const list = data?.certification?.identitySummaries;
  return (
    <>
      {error && <Problem error={error} retry={() => read({ requestPolicy: 'network-only' })} />}
      <ul>
        <li>
          <button type="button" aria-current={chosen === ''} onClick={() => choose('', '')}>
            All identities
          </button>
        </li>
        {list?.nodes.map(({ id, name, completed }) => (
          <li key={id}>
            <button type="button" aria-current={chosen === id} onClick={() => choose(id, name ?? '')}>
              <span>{name ?? 'Unnamed'}</span>
              {completed && <span className="done">done</span>}
            </button>
          </li>
        ))}
      </ul>
      {list?.nodes.length === 0 && <p className="faint">Nobody’s name begins with that.</p>}
      {list?.pageInfo.hasNextPage && <More shown={list.nodes.length} total={list.totalCount} reading={fetching || stale} more={rows.more} />}
    </>
  );
}
