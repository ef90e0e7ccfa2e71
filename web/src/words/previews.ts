/** A message in one line, for lists. */
import type { MessageView } from "../api/generated";
import { fewMarks } from "../text/bounded";
import { withoutMarks } from "../text/withoutMarks";
import { lifeWords } from "./lives";
import { fullTime } from "./times";

const LONGEST = 140;

export function previewOf(message: MessageView | null | undefined): string {
  if (message === null || message === undefined) return "No messages yet";
  const text = lineOf(message, null) ?? saidIn(message);
  const line = fewMarks(glanced(text)).replace(/\s+/gu, " ").trim();
  return message.mine && !message.deleted && message.kind !== "disappearing" ? `You: ${line}` : line;
}

/** How a message begins, where it is quoted. */
export function quotedLine(
  message: Pick<MessageView, "kind" | "bytes" | "text" | "deleted" | "mine">,
): string {
  return fewMarks(glanced(saidIn(message)))
    .replace(/\s+/gu, " ")
    .trim();
}

/** The beginning of somebody's words, as one glances at them. */
export function glanced(text: string): string {
  return withoutMarks(text.slice(0, LONGEST * 2)).slice(0, LONGEST);
}

/** What a message says, or that it says nothing any more. */
export function saidIn(message: Pick<MessageView, "kind" | "bytes" | "text" | "deleted" | "mine">): string {
  if (message.deleted) return message.mine ? "You deleted this message" : "This message was deleted";
  return message.text ?? noteText(message);
}

/** What happened to the conversation: in words, with what came back. `name` is theirs; null where it stands beside. */
export function lineOf(
  {
    kind,
    text,
    mine,
    lives_for,
  }: Pick<MessageView, "kind" | "text"> & Partial<Pick<MessageView, "mine" | "lives_for">>,
  name: string | null,
): string | null {
  const they = name === null ? "They" : isolated(name);
  const whose = name === null ? "Their" : `${they}'s`;
  switch (kind) {
    case "disappearing": {
      const who = mine === true ? "You" : they;
      if (lives_for == null) return `${who} made new messages stay`;
      return `${who} made new messages disappear ${lifeWords(lives_for)} after they are read`;
    }
    case "note_disconnected":
      return name === null ? "You disconnected" : `You disconnected from ${they}`;
    case "note_disconnected_there":
      return `${they} disconnected`;
    case "note_connected":
      return name === null ? "You connected again" : `You connected with ${they} again`;
    case "note_connected_there":
      return `${they} connected again`;
    case "note_restored":
      return "The data on this computer was older than what was sent from it, and new keys were agreed. What you wrote in between may be missing here.";
    case "note_restored_there":
      return `${whose} device came back with older data, and new keys were agreed`;
    case "note_returned":
      return `${whose} device has this from you: ${text ?? ""}`;
    case "note_sent_late":
      return `The message before was to be sent on ${fullTime(Number(text))}, when Casemate was not at work here`;
    case "note_missing":
      return `${whose} device has ${text ?? "some"} more of your messages that did not come back`;
    case "note_names_changed": {
      const [before = "", now = ""] = (text ?? "").split("\n");
      return `Their name is ${isolated(now)} now. It was ${isolated(before)}.`;
    }
    case "note_namesake":
      return `This is not the ${isolated(`@${text ?? ""}`)} you knew: another account had that name, or one that looks like it`;
    default:
      return null;
  }
}

/** For kinds without a text of their own. Kinds that we do not know yet are named, not hidden. */
export function noteText({ kind, bytes }: Pick<MessageView, "kind" | "bytes">): string {
  switch (kind) {
    case "opaque":
      return `Something from another app (${bytes.toString()} bytes)`;
    case "note_rekeyed":
      return "New keys were agreed";
    default:
      return kind.startsWith("note_")
        ? kind.slice("note_".length).replaceAll("_", " ")
        : `A message of a kind this version does not know (${kind})`;
  }
}

/** A name inside a sentence, whatever direction it is written in. */
function isolated(name: string): string {
  return `\u2068${fewMarks(name)}\u2069`;
}
