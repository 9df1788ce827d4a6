import { DropdownMenu } from '@graphiql/react';

/** A button of the bar that opens a menu. The items are those of GraphiQL's own menus. */
export function Menu({ label, title, className, align, children }) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenu.Button type="button" className={`bar-button ${className ?? ''}`} title={title}>
        {label}
        <span aria-hidden="true" className="bar-caret" />
      </DropdownMenu.Button>
      <DropdownMenu.Content className="bar-menu" align={align}>
        {children}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

export const { Item } = DropdownMenu;
