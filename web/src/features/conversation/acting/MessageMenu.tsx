/** All that can be done with a message, where it was asked for. */
import {
  Copy,
  Forward,
  History,
  Info,
  Link,
  ListChecks,
  MailOpen,
  Pencil,
  Pin,
  PinOff,
  Reply,
  SmilePlus,
  Trash2,
} from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { useRef } from "react";

import type { MessageView } from "../../../api/generated";
import { MenuItem, MenuLine } from "../../../components/Menu";
import { MenuAt } from "../../../components/MenuAt";
import type { ActionName } from "./actionsOf";
import { ACTION_KEYS, ACTIONS } from "./actionsOf";
import { quickReactions } from "./quickReactions";
import type { MessageMenuAt } from "./useActing";

interface Props {
  readonly at: MessageMenuAt;
  readonly message: MessageView;
  readonly offered: readonly ActionName[];
  readonly onReact: (emoji: string) => void;
  readonly onAction: (action: ActionName) => void;
  readonly onClose: () => void;
}

const QUICK = 6;
const ICONS: Readonly<Record<ActionName, ReactNode>> = {
  react: <SmilePlus size={16} />,
  reply: <Reply size={16} />,
  edit: <Pencil size={15} />,
  copy: <Copy size={15} />,
  link: <Link size={15} />,
  forward: <Forward size={16} />,
  pin: <Pin size={15} />,
  unpin: <PinOff size={15} />,
  select: <ListChecks size={16} />,
  unread: <MailOpen size={15} />,
  history: <History size={15} />,
  details: <Info size={15} />,
  delete: <Trash2 size={15} />,
};

export function MessageMenu({ at, offered, onReact, onAction, onClose }: Props) {
  /** Done once the menu is gone, and the focus where it came from. */
  const chosen = useRef<(() => void) | null>(null);
  const items = offered.filter((action) => action !== "delete");
  return (
    <MenuAt
      at={at}
      label="Actions for this message"
      layer={at.row.closest("section")}
      onClose={onClose}
      onClosed={() => {
        at.row.focus({ preventScroll: true });
        chosen.current?.();
      }}
      className="max-h-(--radix-dropdown-menu-content-available-height) min-w-56 overflow-y-auto"
    >
      {offered.includes("react") && (
        <>
          <DropdownMenu.Group aria-label="React" className="flex justify-between gap-0.5">
            {quickReactions(QUICK).map((emoji) => (
              <DropdownMenu.Item
                key={emoji}
                aria-label={`React with ${emoji}`}
                onSelect={() => {
                  chosen.current = () => {
                    onReact(emoji);
                  };
                }}
                className="flex size-9 cursor-pointer items-center justify-center rounded-control text-18 outline-none data-[highlighted]:bg-hover"
              >
                {emoji}
              </DropdownMenu.Item>
            ))}
          </DropdownMenu.Group>
          <MenuLine />
        </>
      )}
      {items.map((action) => (
        <ActionItem
          key={action}
          action={action}
          onSelect={() => {
            chosen.current = () => {
              onAction(action);
            };
          }}
        />
      ))}
      {offered.includes("delete") && (
        <>
          <MenuLine />
          <ActionItem
            action="delete"
            onSelect={() => {
              chosen.current = () => {
                onAction("delete");
              };
            }}
          />
        </>
      )}
    </MenuAt>
  );
}

function ActionItem({ action, onSelect }: { readonly action: ActionName; readonly onSelect: () => void }) {
  const key = ACTION_KEYS[action];
  return (
    <MenuItem icon={ICONS[action]} danger={action === "delete"} onSelect={onSelect}>
      <span className="flex-1">{action === "react" ? "React with another emoji" : ACTIONS[action]}</span>
      {key !== undefined && (
        <kbd aria-hidden className="pl-4 font-sans text-12 text-ink-3 pointer-coarse:hidden">
          {key}
        </kbd>
      )}
    </MenuItem>
  );
}
