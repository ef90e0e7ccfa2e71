/** What is drawn the same as before stays the same object, so that nothing is drawn, measured or laid out anew for it. */
import type { MessageView } from "../../api/generated";
import type { Group, ListItem } from "./listItems";
import { listItems } from "./listItems";

/** Made once for each list. What it answers is the last answer again where nothing that is drawn has changed. */
export function steadyMessages(): (messages: readonly MessageView[]) => readonly MessageView[] {
  let last: readonly MessageView[] = [];
  return (messages) => {
    const known = new Map(last.map((message) => [message.id, message]));
    last = steady(last, messages, (message) => {
      const before = known.get(message.id);
      return before !== undefined && isDrawnTheSame(before, message) ? before : message;
    });
    return last;
  };
}

/** `listItems`, made once for each list in the same way. */
export function steadyItems(): typeof listItems {
  let last: readonly ListItem[] = [];
  return (...given) => {
    const known = new Map(last.map((item) => [item.key, item]));
    last = steady(last, listItems(...given), (item) => {
      const before = known.get(item.key);
      return before !== undefined && saysTheSame(before, item) ? before : item;
    });
    return last;
  };
}

function steady<Element>(
  last: readonly Element[],
  elements: readonly Element[],
  known: (element: Element) => Element,
): readonly Element[] {
  const now = elements.map(known);
  return sameElements(last, now) ? last : now;
}

/** The service is told what was seen and painted, and the order is where it stands: none of them is drawn. */
const UNDRAWN = new Set<keyof MessageView>(["seen", "painted", "order"]);

function isDrawnTheSame(before: MessageView, message: MessageView): boolean {
  if (before === message) return true;
  const fields = Object.keys(message) as (keyof MessageView)[];
  return fields.every((field) => UNDRAWN.has(field) || before[field] === message[field]);
}

function saysTheSame(before: ListItem, item: ListItem): boolean {
  if (before.kind === "group" && item.kind === "group") return sameGroup(before, item);
  if (before.kind === "note" && item.kind === "note") return before.message === item.message;
  if (before.kind === "day" && item.kind === "day") return before.time === item.time;
  return before.kind === item.kind;
}

function sameGroup(before: Group, group: Group): boolean {
  return (
    before.mine === group.mine &&
    sameElements(before.messages, group.messages) &&
    sameElements(before.pending, group.pending) &&
    sameElements([...before.glyphs], [...group.glyphs])
  );
}

function sameElements(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && now.every((element, place) => element === before[place]);
}
