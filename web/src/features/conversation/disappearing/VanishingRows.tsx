/**
 * Takes messages off the page when their time is over: softly, and also while the service is away. What it hides too early,
 * because this browser's clock is ahead, is back with the next page; what is erased, the service decides.
 */
import { useEffect, useRef, useState } from "react";

import type { MessageView } from "../../../api/generated";
import { useSession } from "../../../state/context";
import { changeWorkspace } from "../../../state/sessionState";
import { applyEvent } from "../../../state/workspace";

const FADE_MILLISECONDS = 160;
/** Timers hold no more than that: what ends later is looked at again then. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

export default function VanishingRows({ messages }: { readonly messages: readonly MessageView[] }) {
  const { store, outgoing } = useSession();
  const living = useRef<readonly MessageView[]>([]);
  const [looks, setLooks] = useState(0);

  useEffect(() => {
    const before = living.current;
    living.current = messages.filter(({ ends_at }) => ends_at !== null);
    const here = new Set(messages.map(({ id }) => id));
    // Whoever edits one whose time is over has nothing to edit.
    for (const { id, conversation, ends_at } of before)
      if (!here.has(id) && (ends_at ?? 0) <= Date.now() + 1000) {
        const mode = outgoing.composing.of(conversation);
        if (mode?.kind === "edit" && mode.id === id) outgoing.composing.end(conversation);
      }
    const next = living.current.toSorted((one, other) => (one.ends_at ?? 0) - (other.ends_at ?? 0))[0];
    const left = (next?.ends_at ?? 0) - Date.now();
    if (next === undefined) return;
    if (left > LONGEST_MILLISECONDS) {
      const again = setTimeout(() => {
        setLooks(looks + 1);
      }, LONGEST_MILLISECONDS);
      return () => {
        clearTimeout(again);
      };
    }
    const { id, conversation } = next;
    const fade = setTimeout(() => {
      rowOf(id)?.setAttribute("data-fading", "");
    }, left - FADE_MILLISECONDS);
    const go = setTimeout(() => {
      changeWorkspace(store, (workspace) => {
        const row = workspace.conversations.get(conversation);
        const without = applyEvent(workspace, { type: "MessageRemoved", conversation, id });
        if (row?.last?.id !== id) return without;
        return applyEvent(without, { type: "ConversationChanged", conversation: { ...row, last: null } });
      });
    }, left);
    return () => {
      clearTimeout(fade);
      clearTimeout(go);
    };
  }, [messages, looks, store, outgoing]);

  return null;
}

function rowOf(id: string): Element | null {
  return document.querySelector(`[data-message="${CSS.escape(id)}"]`);
}
