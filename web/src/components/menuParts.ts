/** What a menu is made of: given to what stands in it by the code that opens it, which comes after the first paint. */
import type { ComponentType, ReactNode } from "react";
import { createContext, useContext } from "react";

export interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly danger?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}

export interface MenuCheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}

interface MenuParts {
  readonly Item: ComponentType<MenuItemProps>;
  readonly Check: ComponentType<MenuCheckProps>;
  readonly Note: ComponentType<{ readonly children: ReactNode }>;
  readonly Line: ComponentType;
}

export const MenuPartsContext = createContext<MenuParts | null>(null);

export function useMenuParts(): MenuParts {
  const parts = useContext(MenuPartsContext);
  if (parts === null) throw new Error("This stands in no menu");
  return parts;
}
