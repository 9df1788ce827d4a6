import { useState } from 'react';
import { useQuery } from 'urql';
import { useRows } from '../data/use-rows';
import { graphql } from '../gql';
import type { DecisionInput, ItemFragment } from '../gql/graphql';
import { ReassignDialog, type Move } from '../reassign/reassign-dialog';
import { More } from '../shell/more';
import { Problem } from '../shell/problem';
import { BulkBar } from './bulk-bar';
import type { Certification } from './certification-page';
import { Filters } from './filters';
import { Group, groupsOf } from './groups';
import { useDecisions, type Decisions } from './use-decisions';
import { useOtherTabs } from './use-other-tabs';
import { useShortcuts } from './use-shortcuts';
import { filterOf, orderOf, useView, type View } from './view';

const itemsQuery = graphql(`
  query Items($id: ID!, $first: Int!, $filter: AccessReviewItemFilter, $orderBy: [AccessReviewItemOrder!]) {
    certification(id: $id) {
      id
      reviewItems(first: $first, filter: $filter, orderBy: $orderBy) {
        totalCount
        pageInfo { hasNextPage }
        nodes { ...Item }
      }
    }
  }
`);

type Props = { certification: Certification; moving: (tasks: string[]) => void };

/** The items of a certification, with what narrows them down. */
export function Items({ certification, moving }: Props) {
  const view = useView();
  const decisions = useDecisions(certification.id);
  return (
    <section className="items" aria-label="Items">
      <Filters view={view} />
      {certification.phase === 'ACTIVE' && (
        <p className="keys faint">
          <kbd>j</kbd> <kbd>k</kbd> next and previous item, <kbd>a</kbd> approve, <kbd>r</kbd> revoke, <kbd>x</kbd> select
        </p>
      )}
      {certification.phase === 'STAGED' && <p className="notice">The campaign is not open yet. Nothing can be decided until then.</p>}
      <List key={JSON.stringify(view)} certification={certification} view={view} decisions={decisions} moving={moving} />
    </section>
  );
}

/** The items that a view shows, in groups, with what can be done to them. */
function List({ certification, view, decisions: { decide, problems }, moving }: Props & { view: View; decisions: Decisions }) {
  const rows = useRows();
  const [{ data, fetching, stale, error }, read] = useQuery({
    query: itemsQuery,
    variables: { id: certification.id, first: rows.first, filter: filterOf(view), orderBy: orderOf(view) },
    requestPolicy: 'cache-and-network',
  });
  useOtherTabs(certification.id, read);
  const list = data?.certification?.reviewItems;
  const items = list?.nodes ?? [];
  const { selected, select, clear } = useSelection(items);
  const [move, setMove] = useState<Move | null>(null);
  const isOpen = certification.phase === 'ACTIVE';
  const rule = certification.campaign?.mandatoryCommentRequirement;
  useShortcuts(isOpen);

  const decideSelected = async (decision: DecisionInput, comment: string | null) => {
    const ids = selected.map(({ id }) => id);
    const failed = await decide(ids, decision, comment);
    clear(ids.filter((id) => !failed.includes(id)));
  };

  return (
    <>
      {isOpen && view.identity && items.length > 0 && (
        <p>
          <button type="button" onClick={() => setMove({ identity: view.identity, name: items[0]?.identity?.name })}>
            Reassign this identity…
          </button>
        </p>
      )}
      {error && <Problem error={error} retry={() => read({ requestPolicy: 'network-only' })} />}
      {!list && fetching && <p className="faint">Reading items…</p>}
      {list && items.length === 0 && <p className="card">No item fits what you have chosen.</p>}
      {groupsOf(items, view.group).map((group) => (
        <Group
          key={group.key}
          group={group}
          by={view.group}
          rule={rule}
          problems={problems}
          selected={selected}
          select={select}
          decide={isOpen ? async (id, decision, comment) => (await decide([id], decision, comment)).length === 0 : undefined}
        />
      ))}
      {list?.pageInfo.hasNextPage && <More shown={items.length} total={list.totalCount} reading={fetching || stale} more={rows.more} />}
      {isOpen && selected.length > 0 && (
        <BulkBar
          count={selected.length}
          rule={rule}
          decide={decideSelected}
          reassign={() => setMove({ items: selected })}
          clear={() => clear(selected.map(({ id }) => id))}
        />
      )}
      {move && (
        <ReassignDialog
          certificationId={certification.id}
          move={move}
          moving={moving}
          close={(done) => {
            setMove(null);
            if (done) {
              clear(selected.map(({ id }) => id));
            }
          }}
        />
      )}
    </>
  );
}

/** Which of the items are selected: never one that is not shown. */
function useSelection(items: ItemFragment[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return {
    selected: items.filter(({ id }) => ids.has(id)),
    select: (changed: string[], selected: boolean) =>
      setIds((before) => new Set(selected ? [...before, ...changed] : [...before].filter((id) => !changed.includes(id)))),
    clear: (changed: string[]) => setIds((before) => new Set([...before].filter((id) => !changed.includes(id)))),
  };
}
