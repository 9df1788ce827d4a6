import type { DecisionInput, ItemFragment, MandatoryCommentRequirement } from '../gql/graphql';
import { Item } from './item';
import type { Problems } from './use-decisions';
import type { View } from './view';

type Items = { key: string; name: string; items: ItemFragment[] };

/** Returns items that follow one another in groups of the same identity or the same access. */
export function groupsOf(items: ItemFragment[], by: View['group']): Items[] {
  const groups: Items[] = [];
  for (const item of items) {
    const key = (by === 'identity' ? item.identity?.id : item.access?.rawId) ?? 'unknown';
    const last = groups.at(-1);
    if (last?.key === key) {
      last.items.push(item);
    } else {
      const name = by === 'identity' ? item.identity?.name : item.access?.name;
      groups.push({ key, name: name ?? 'Unnamed', items: [item] });
    }
  }
  return groups;
}

type Props = {
  group: Items;
  by: View['group'];
  rule?: MandatoryCommentRequirement | null;
  problems: Problems;
  selected: ItemFragment[];
  select: (ids: string[], selected: boolean) => void;
  decide?: (id: string, decision: DecisionInput, comment: string | null) => Promise<boolean>;
};

/** The items of one identity, or of one piece of access. */
export function Group({ group: { name, items }, by, rule, problems, selected, select, decide }: Props) {
  const all = items.every((item) => selected.includes(item));
  return (
    <section className="group">
      <div className="head">
        {decide && (
          <input
            type="checkbox"
            aria-label={`Select all shown of ${name}`}
            checked={all}
            onChange={() => select(items.map(({ id }) => id), !all)}
          />
        )}
        <h2>{name}</h2>
        <span className="faint">{items.length === 1 ? '1 item' : `${items.length} items`}</span>
      </div>
      <ul>
        {items.map((item) => (
          <Item
            key={item.id}
            item={item}
            title={by === 'identity' ? 'access' : 'identity'}
            rule={rule}
            problem={problems.get(item.id)}
            selected={selected.includes(item)}
            select={(isSelected) => select([item.id], isSelected)}
            decide={decide && ((decision, comment) => decide(item.id, decision, comment))}
          />
        ))}
      </ul>
    </section>
  );
}
