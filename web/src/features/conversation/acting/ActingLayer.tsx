/** The actions on messages, as they show: a bar at the message, a menu, what is asked before, and what came of it. */
import type { RefObject } from "react";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";

import type { MessageView, PeerView } from "../../../api/generated";
import { useSession, useWorkspace } from "../../../state/context";
import { displayName } from "../../../words/names";
import type { ActionName } from "./actionsOf";
import { actionsOf, hasText } from "./actionsOf";
import { copyMessages, messageAddress } from "./copying";
import { DeleteDialog } from "./DeleteDialog";
import { DetailsDialog } from "./DetailsDialog";
import { ForwardDialog } from "./ForwardDialog";
import { HistoryDialog } from "./HistoryDialog";
import { MessageBar } from "./MessageBar";
import { MessageMenu } from "./MessageMenu";
import { NoticeLine } from "./NoticeLine";
import { SelectBoxes, SelectionBar, useSelection } from "./Selection";
import { toggleReaction } from "./toggleReaction";
import type { ActingHere } from "./useActing";

interface Props {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly acting: ActingHere;
  readonly peer: PeerView;
  readonly writable: boolean;
}

interface Asking {
  readonly kind: "delete" | "forward" | "history" | "details";
  readonly messages: readonly MessageView[];
}

export function ActingLayer({ scroller, acting, peer, writable }: Props) {
  const session = useSession();
  const { conversation } = peer;
  const name = displayName(peer);
  const { pointed, menu, asked, hold, answered, closeMenu, openMenu } = acting;
  const [asking, setAsking] = useState<Asking | null>(null);
  /** The message at which all emojis are open. */
  const [picking, setPicking] = useState<string | null>(null);
  const selection = useSelection(scroller, conversation);
  const pins = useWorkspace(({ conversations }) => conversations.get(conversation)?.pins);
  const offeredAt = (message: MessageView) =>
    actionsOf(
      message,
      writable,
      pins?.some(({ author, id }) => author === message.author && id === message.id) === true,
    );
  const shown = useMessageIn(conversation, pointed?.id);
  const inMenu = useMessageIn(conversation, menu?.id);

  const pick = (id: string | null) => {
    hold(id !== null);
    setPicking(id);
  };
  const copy = async (messages: readonly MessageView[]) => {
    await copyMessages(session.notices, messages, name);
  };

  const markUnread = async ({ id }: MessageView) => {
    try {
      await session.service.request("MarkUnread", { cid: session.cid, conversation, message_id: id });
      session.notices.done("Unread from here on, for you alone.");
    } catch (error) {
      session.notices.failed(error);
    }
  };

  const pin = async ({ author, id }: MessageView, pinned: boolean) => {
    const fields = { cid: session.cid, conversation, author: author ?? "", message_id: id, pinned };
    try {
      await session.service.request("PinMessage", fields);
      session.notices.done(
        pinned ? "Pinned at the top, for both of you." : "It is pinned no more, for both of you.",
      );
    } catch (error) {
      session.notices.failed(error);
    }
  };

  const perform = (action: ActionName, message: MessageView) => {
    const { composing } = session.outgoing;
    switch (action) {
      case "react":
        pick(message.id);
        return;
      case "reply":
        composing.reply(conversation, { author: message.author ?? "", id: message.id });
        return;
      case "edit":
        composing.edit(conversation, message.id, message.text ?? "", message.lives_for !== null);
        return;
      case "copy":
        void copy([message]);
        return;
      case "link":
        void session.notices.copy(
          messageAddress(session.cid, message),
          "The link is copied. It opens on this computer.",
        );
        return;
      case "select":
        selection.toggle(message);
        return;
      case "unread":
        void markUnread(message);
        return;
      case "pin":
      case "unpin":
        void pin(message, action === "pin");
        return;
      default:
        setAsking({ kind: action, messages: [message] });
    }
  };

  useEffect(() => {
    if (asked === null) return;
    answered();
    queueMicrotask(() => {
      const message = messageIn(session, conversation, asked.id);
      if (message === undefined) return;
      const action = asked.actions.find((each) => offeredAt(message).includes(each));
      if (action !== undefined) perform(action, message);
    });
  });

  const chosen = selection.chosen;
  const close = () => {
    setAsking(null);
  };
  return (
    <>
      {pointed !== null &&
        shown !== undefined &&
        chosen === null &&
        pointed.row.isConnected &&
        createPortal(
          <MessageBar
            message={shown}
            offered={offeredAt(shown)}
            picking={picking === shown.id}
            onPicking={(open) => {
              pick(open ? shown.id : null);
            }}
            onReact={(emoji) => void toggleReaction(session, shown, emoji)}
            onAction={(action) => {
              perform(action, shown);
            }}
            onMore={(x, y) => {
              openMenu({ ...pointed, x, y });
            }}
            onLeave={() => {
              pointed.row.focus({ preventScroll: true });
            }}
          />,
          pointed.row,
        )}
      {menu !== null && inMenu !== undefined && (
        <MessageMenu
          key={`${menu.id} ${menu.x.toString()} ${menu.y.toString()}`}
          at={menu}
          message={inMenu}
          offered={offeredAt(inMenu)}
          onReact={(emoji) => void toggleReaction(session, inMenu, emoji)}
          onAction={(action) => {
            perform(action, inMenu);
          }}
          onClose={closeMenu}
        />
      )}
      {chosen !== null && (
        <>
          <SelectBoxes scroller={scroller} conversation={conversation} selection={selection} />
          <SelectionBar
            chosen={chosen}
            onCopy={() => void copy(chosen)}
            onForward={() => {
              setAsking({ kind: "forward", messages: chosen.filter(hasText) });
            }}
            onDelete={() => {
              setAsking({ kind: "delete", messages: chosen });
            }}
            onEnd={selection.end}
          />
        </>
      )}
      <NoticeLine peerName={name} />
      {asking?.kind === "delete" && (
        <DeleteDialog
          messages={asking.messages}
          peerName={name}
          writable={writable}
          onDeleted={() => {
            close();
            selection.end();
            scroller.current?.focus({ preventScroll: true });
          }}
          onClose={close}
        />
      )}
      {asking?.kind === "forward" && <ForwardDialog messages={asking.messages} onClose={close} />}
      {asking?.kind === "history" && asking.messages[0] && (
        <HistoryDialog message={asking.messages[0]} onClose={close} />
      )}
      {asking?.kind === "details" && asking.messages[0] && (
        <DetailsDialog message={asking.messages[0]} peer={peer} onClose={close} />
      )}
    </>
  );
}

function useMessageIn(conversation: string, id: string | undefined): MessageView | undefined {
  return useWorkspace(({ timelines }) =>
    id === undefined ? undefined : timelines.get(conversation)?.messages.find((message) => message.id === id),
  );
}

function messageIn(
  session: ReturnType<typeof useSession>,
  conversation: string,
  id: string,
): MessageView | undefined {
  const { workspace } = session.store.get();
  return workspace?.timelines.get(conversation)?.messages.find((message) => message.id === id);
}
