/** What can be done with a message, in the order in which it is offered. */
import type { MessageView } from "../../../api/generated";
import { KEYS } from "../../../state/keys";

export type ActionName =
  | "react"
  | "reply"
  | "edit"
  | "copy"
  | "link"
  | "pin"
  | "unpin"
  | "forward"
  | "select"
  | "unread"
  | "history"
  | "details"
  | "delete";

export const ACTIONS: Readonly<Record<ActionName, string>> = {
  react: "React",
  reply: "Reply",
  edit: "Edit",
  copy: "Copy text",
  link: "Copy link",
  forward: "Forward",
  pin: "Pin for both",
  unpin: "Unpin for both",
  select: "Select several",
  unread: "Mark unread from here",
  history: "What it said before",
  details: "Details",
  delete: "Delete",
};

/** With the focus on a message; in its menu they stand beside the words. */
export const ACTION_KEYS: Partial<Readonly<Record<ActionName, string>>> = {
  react: KEYS.react,
  reply: KEYS.reply,
  edit: KEYS.edit,
  copy: KEYS.copy,
  forward: KEYS.forward,
  pin: KEYS.pin,
  unpin: KEYS.pin,
  select: KEYS.select,
  unread: KEYS.unread,
  delete: KEYS.delete,
};

/** Which of them a key asks for; of two that have one key, a message offers one. */
export function actionsOfKey(key: string): readonly ActionName[] {
  const names = Object.keys(ACTION_KEYS) as ActionName[];
  return names.filter((name) => ACTION_KEYS[name]?.toLowerCase() === key.toLowerCase());
}

/** `writable`: something can be sent there now. `pinned`: the message stands at the top. */
export function actionsOf(message: MessageView, writable: boolean, pinned: boolean): readonly ActionName[] {
  if (message.deleted) return ["details", "delete"];
  const said = hasText(message);
  const offered: Readonly<Record<ActionName, boolean>> = {
    react: writable,
    reply: writable,
    edit: writable && isEditable(message),
    copy: said,
    link: true,
    forward: said,
    pin: writable && message.author !== null && !pinned,
    unpin: writable && pinned,
    select: true,
    unread: !message.mine && message.author !== null,
    history: message.edited_at !== null,
    details: true,
    delete: true,
  };
  return (Object.keys(offered) as ActionName[]).filter((name) => offered[name]);
}

export function isEditable({ mine, kind, text, deleted }: MessageView): boolean {
  return mine && kind === "chat" && text !== null && !deleted;
}

/** It can be copied, as words. */
export function hasText({ kind, text, deleted }: MessageView): boolean {
  return kind === "chat" && text !== null && !deleted;
}

/** Everybody's copy can be taken back; of a note to oneself there is no other. */
export function canBeTakenBack({ mine, deleted, status }: MessageView): boolean {
  return mine && !deleted && status !== "received";
}
