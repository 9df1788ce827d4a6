import type { AccessReviewItemFilter, AccessReviewItemOrder, DtoTypeInput } from '../gql/graphql';
import { setParameters, useLocation } from '../shell/location';

/** What of a certification is shown: in the page's address, so that it survives a new sign-in and can be linked to. */
export type View = {
  identity: string; // the id of its summary, or empty for all
  group: 'identity' | 'access';
  show: '' | 'undecided' | 'decided';
  kind: '' | 'ENTITLEMENT' | 'ACCESS_PROFILE' | 'ROLE';
  search: string;
};

/** Returns what is shown. */
export function useView(): View {
  const { search } = useLocation();
  const one = <T extends string>(name: string, ...values: T[]) => values.find((value) => value === search.get(name)) ?? values[0]!;
  return {
    identity: search.get('identity') ?? '',
    group: one('group', 'identity', 'access'),
    show: one('show', '', 'undecided', 'decided'),
    kind: one('kind', '', 'ENTITLEMENT', 'ACCESS_PROFILE', 'ROLE'),
    search: search.get('search') ?? '',
  };
}

/** Shows something else. */
export const setView = (changes: Partial<View>) => setParameters(changes.group === 'identity' ? { ...changes, group: '' } : changes);

/** Returns which items a view shows. */
export const filterOf = ({ identity, show, kind, search }: View): AccessReviewItemFilter => ({
  ...(identity && { identitySummaryIds: [identity] }),
  ...(show && { completed: show === 'decided' }),
  ...(kind && { accessType: kind satisfies DtoTypeInput }),
  ...(search && { accessName: { startsWith: search } }),
});

/** Returns the order in which items of a group come together. */
export const orderOf = ({ group }: View): AccessReviewItemOrder[] =>
  group === 'identity'
    ? [{ field: 'IDENTITY_NAME', direction: 'ASC' }, { field: 'ACCESS_NAME', direction: 'ASC' }]
    : [{ field: 'ACCESS_NAME', direction: 'ASC' }, { field: 'IDENTITY_NAME', direction: 'ASC' }];
