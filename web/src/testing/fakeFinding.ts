/** Finds messages of the fake world as the service does: words that begin so, and then what stands anywhere in a text. */
import type { FoundMessageView, FoundPiece, MessagesFound, MessageView } from "../api/generated";
import type { RequestFields } from "../api/InternalService";
import { searchable } from "../text/searching";

const PAGE = 30;
const BEFORE = 48;
const EXCERPT = 200;

export function findMessages(
  messages: readonly MessageView[],
  wanted: RequestFields<"SearchMessages">,
): Pick<MessagesFound, "messages" | "cursor"> {
  const terms = [...wanted.words.matchAll(/"([^"]*)"?|([^\s"]+)/gu)]
    .map(([, quoted, bare]) => searchable(quoted ?? bare ?? "").trim())
    .filter((term) => term !== "");
  const there = messages
    .filter((message) => message.kind === "chat" && !message.deleted && fits(message, wanted))
    .sort((a, b) => b.shown_at - a.shown_at || b.arrival - a.arrival);
  const byWords = there.filter((message) => terms.every((term) => placeOf(message, term, true) >= 0));
  const anywhere = there.filter(
    (message) => !byWords.includes(message) && terms.every((term) => placeOf(message, term, false) >= 0),
  );
  const all = [...byWords, ...anywhere];
  const from = Number(wanted.cursor?.replace(/^\w+-/u, "") ?? 0);
  return {
    messages: all.slice(from, from + PAGE).map((message) => found(message, terms)),
    cursor: all.length > from + PAGE ? `words-${(from + PAGE).toString()}` : null,
  };
}

function fits(message: MessageView, wanted: RequestFields<"SearchMessages">): boolean {
  const { conversation = null, author = null, from_time = null, to_time = null, has_link = false } = wanted;
  return (
    (conversation === null || message.conversation === conversation) &&
    (author === null || message.author === author) &&
    (from_time === null || message.shown_at >= from_time) &&
    (to_time === null || message.shown_at < to_time) &&
    (!has_link || /https?:\/\/\S/u.test(message.text ?? ""))
  );
}

function placeOf(message: MessageView, term: string, begins: boolean): number {
  const text = searchable((message.text ?? "").replace(/\s/gu, " "));
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1))
    if (!begins || at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1))) return at;
  return -1;
}

/** As far as letters stand in their places in the folded text, which is enough here. */
function found(message: MessageView, terms: readonly string[]): FoundMessageView {
  const text = message.text ?? "";
  const places = terms
    .map((term) => {
      const byWord = placeOf(message, term, true);
      const at = byWord >= 0 ? byWord : placeOf(message, term, false);
      return [at, at + term.length] as const;
    })
    .sort(([a], [b]) => a - b);
  const start = Math.max(0, Math.min((places[0]?.[0] ?? 0) - BEFORE, text.length - EXCERPT));
  const end = Math.min(text.length, start + EXCERPT);
  const pieces: FoundPiece[] = [];
  let at = start;
  for (const [first, last] of places) {
    if (first < at || first >= end) continue;
    if (first > at) pieces.push({ text: text.slice(at, first), found: false });
    pieces.push({ text: text.slice(first, last), found: true });
    at = last;
  }
  if (at < end) pieces.push({ text: text.slice(at, end), found: false });
  return {
    conversation: message.conversation,
    id: message.id,
    author: message.author ?? "",
    mine: message.mine,
    order: message.order,
    shown_at: message.shown_at,
    pieces,
    cut_before: start > 0,
    cut_after: end < text.length,
  };
}
