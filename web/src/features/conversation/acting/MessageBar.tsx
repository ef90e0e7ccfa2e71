/** At the message that somebody points at: what is done most, and the way to the rest. */
import { Ellipsis, Pencil, Reply, SmilePlus } from "lucide-react";

import type { MessageView } from "../../../api/generated";
import { IconButton } from "../../../components/Button";
import { EmojiPopover } from "../../../components/EmojiPopover";
import type { ActionName } from "./actionsOf";
import { quickReactions } from "./quickReactions";

interface Props {
  readonly message: MessageView;
  readonly offered: readonly ActionName[];
  /** All emojis are open. */
  readonly picking: boolean;
  readonly onPicking: (open: boolean) => void;
  readonly onReact: (emoji: string) => void;
  readonly onAction: (action: ActionName) => void;
  /** Opens the menu there. */
  readonly onMore: (x: number, y: number) => void;
  /** Where the focus goes when the emojis are closed. */
  readonly onLeave: () => void;
}

const QUICK = 3;
const SMALL = "!size-7 max-tablet:!size-9";

export function MessageBar(props: Props) {
  const { message, offered, picking, onPicking, onReact, onAction, onMore, onLeave } = props;
  const may = new Set(offered);
  return (
    <div
      role="toolbar"
      aria-label="Actions for this message"
      className="absolute -top-4 right-1 z-10 flex items-center gap-0.5 rounded-control border border-line bg-raised p-0.5 shadow-float"
    >
      {may.has("react") &&
        quickReactions(QUICK).map((emoji) => (
          <IconButton
            key={emoji}
            label={`React with ${emoji}`}
            className={SMALL}
            icon={
              <span aria-hidden className="text-15">
                {emoji}
              </span>
            }
            onClick={() => {
              onReact(emoji);
            }}
          />
        ))}
      {may.has("react") && (
        <EmojiPopover
          open={picking}
          onOpen={onPicking}
          onPick={onReact}
          onClosed={onLeave}
          trigger={
            <button
              type="button"
              aria-label="React with another emoji"
              className={`inline-flex items-center justify-center rounded-control text-ink-2 hover:bg-hover hover:text-ink ${SMALL}`}
            >
              <SmilePlus size={16} aria-hidden />
            </button>
          }
        />
      )}
      {may.has("reply") && (
        <IconButton
          label="Reply"
          shortcut="R"
          className={SMALL}
          icon={<Reply size={16} aria-hidden />}
          onClick={() => {
            onAction("reply");
          }}
        />
      )}
      {may.has("edit") && (
        <IconButton
          label="Edit"
          shortcut="E"
          className={SMALL}
          icon={<Pencil size={15} aria-hidden />}
          onClick={() => {
            onAction("edit");
          }}
        />
      )}
      <IconButton
        key={message.id}
        label="More actions"
        shortcut="Enter"
        aria-haspopup="menu"
        className={SMALL}
        icon={<Ellipsis size={16} aria-hidden />}
        onClick={({ currentTarget }) => {
          const { left, bottom } = currentTarget.getBoundingClientRect();
          onMore(left, bottom + 4);
        }}
      />
    </div>
  );
}
