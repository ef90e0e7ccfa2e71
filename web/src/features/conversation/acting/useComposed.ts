/** Answering and editing, as the composer does them: which text stands in its field, and what Enter does with it. */
import type { RefObject } from "react";
import { useEffect, useRef } from "react";

import type { Reason } from "../../../api/generated";
import type { Composed } from "../../../state/Composing";
import { useAttempt, useSession } from "../../../state/context";
import { useSelect } from "../../../state/store";
import { isEditable } from "./actionsOf";

interface Composing {
  readonly mode: Composed | undefined;
  readonly refused: Reason | null;
  /** What the field holds is an edit, not a draft. */
  readonly isEdit: () => boolean;
  readonly typed: (text: string) => void;
  readonly save: (text: string) => void;
  readonly leave: () => void;
  /** The last message of one's own that can be edited, if it is in sight. */
  readonly editLast: () => boolean;
}

/** `show` puts a text into the field. */
export function useComposed(
  conversation: string,
  field: RefObject<HTMLTextAreaElement | null>,
  show: (text: string) => void,
): Composing {
  const session = useSession();
  const { composing, drafts } = session.outgoing;
  const mode = useSelect(composing.modes, (modes) => modes.get(conversation));
  const [attempt, run, reset] = useAttempt();
  const edited = mode?.kind === "edit" ? mode.id : null;
  const isEdit = () => composing.of(conversation)?.kind === "edit";

  useEffect(() => {
    show(edited === null ? drafts.text(conversation) : composing.edited(conversation));
  }, [composing, drafts, conversation, edited, show]);

  // Whoever chose to answer or to edit writes next; a page that opens like this leaves the focus where it is.
  const before = useRef(mode);
  useEffect(() => {
    if (before.current === mode) return;
    before.current = mode;
    field.current?.focus({ preventScroll: true });
  }, [mode, field]);

  const leave = () => {
    reset();
    composing.end(conversation);
  };
  const save = (text: string) => {
    if (mode?.kind !== "edit" || attempt.state === "running") return;
    if (text === mode.before) {
      leave();
      return;
    }
    void run(() => session.outgoing.edit(conversation, mode.id, text)).then((saved) => {
      // Something else may be under way by now, and nothing typed meanwhile goes.
      if (saved && composing.of(conversation) === mode && composing.edited(conversation) === text) leave();
    });
  };
  const editLast = () => {
    const timeline = session.store.get().workspace?.timelines.get(conversation);
    const last = timeline?.hasAfter === false ? timeline.messages.findLast(isEditable) : undefined;
    if (last === undefined) return false;
    composing.edit(conversation, last.id, last.text ?? "", last.lives_for !== null);
    return true;
  };
  return {
    mode,
    refused: attempt.state === "refused" ? attempt.reason : null,
    isEdit,
    typed: (text) => {
      composing.typed(conversation, text);
    },
    save,
    leave,
    editLast,
  };
}
