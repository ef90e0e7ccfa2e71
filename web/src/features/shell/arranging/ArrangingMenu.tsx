/** The menu of a conversation's row. */
import { Bell, BellOff } from "lucide-react";

import type { ConversationView } from "../../../api/generated";
import { MenuItem, MenuLine } from "../../../components/Menu";
import type { MenuPlace } from "../../../components/placeOf";
import { MenuAt } from "../../../components/MenuAt";
import { arrangingIcon } from "./arrangingIcon";
import { useArranging } from "./useArranging";
import { useMuting } from "./useMuting";

interface Props {
  readonly conversation: ConversationView;
  readonly name: string;
  readonly at: MenuPlace;
  readonly onClose: () => void;
}

export default function ArrangingMenu({ conversation, name, at, onClose }: Props) {
  const actions = useArranging(conversation.id);
  const muting = useMuting(conversation);
  const Muting = conversation.muted === null ? BellOff : Bell;
  return (
    <MenuAt at={at} label={`Conversation with ${name}`} onClose={onClose}>
      {actions.map((action) => (
        <MenuItem
          key={action.kind}
          icon={arrangingIcon(action.kind, conversation)}
          onSelect={() => {
            // What comes of it shows in the list; a connection that is lost says so on its own.
            action.act().catch(() => undefined);
          }}
        >
          {action.name}
        </MenuItem>
      ))}
      <MenuLine />
      {muting.map(({ name: words, act }) => (
        <MenuItem
          key={words}
          icon={<Muting size={16} aria-hidden />}
          onSelect={() => {
            act().catch(() => undefined);
          }}
        >
          {words}
        </MenuItem>
      ))}
    </MenuAt>
  );
}
