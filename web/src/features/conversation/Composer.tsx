/** Where one writes. Enter sends (or Ctrl+Enter, as one likes), and nothing written here gets lost. */
import { Check, SendHorizontal } from "lucide-react";
import type { ClipboardEvent, KeyboardEvent } from "react";
import { memo, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";

import { IconButton } from "../../components/Button";
import { useSession, useWorkspace } from "../../state/context";
import { enterSends } from "../../state/enterKey";
import { isPressed } from "../../state/keys";
import { sentenceOf } from "../../words/reasons";
import { ComposedBar } from "./acting/ComposedBar";
import { useComposed } from "./acting/useComposed";
import { directionOf } from "./direction";
import { EmojiButton } from "./composer/EmojiButton";
import { insertText } from "./composer/fieldText";
import { continueList, markOf, toggleMark } from "./composer/marks";
import { formattedOf, loadPasted } from "./composer/pasting";
import { MarksBar } from "./composer/MarksBar";
import { useCompletion } from "./composer/useCompletion";
import { DraftOffers } from "./DraftOffers";
import { Later } from "../../components/Later";
import { LaterButton } from "./later/LaterButton";
import { MentionableContext } from "./markdown/mentions";
import { usePreview } from "./previews/usePreview";
import { useTypingSignal } from "./useTypingSignal";

const previewOffer = async () => (await import("./previews/PreviewOffer")).default;

interface Props {
  readonly conversation: string;
  readonly peerName: string;
  readonly onSent: () => void;
}

/** The protocol's bound for a text (docs/protocol). The service has the last word. */
const MESSAGE_BYTES = 1_048_576;
const MOST_LINES = 8;
const LONG_PASTE_CHARACTERS = 16_384;

/**
 * The text lives in the browser's own field, and no key makes React draw anything but the change between nothing and
 * something: only so does a key cost the same in a short text and in a long one.
 */
export const Composer = memo(function Composer({ conversation, peerName, onSent }: Props) {
  const session = useSession();
  const [blank, setBlank] = useState(true);
  const [tooLong, setTooLong] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const typing = useTypingSignal(conversation);
  const isNotes = useWorkspace(({ account }) => account.notes === conversation);
  /** Some browsers end a composition just before the Enter that ended it. */
  const composing = useRef(false);
  const completion = useCompletion(input, useContext(MentionableContext));
  const sendsWithEnter = useSyncExternalStore(enterSends.subscribe, enterSends.get);
  /** Shift while pasting asks for the plain text; a paste does not tell by itself. */
  const shift = useRef(false);

  useEffect(() => void loadPasted(), []);
  const { link, preview, onPreview, typed: lookForLink } = usePreview();

  const changed = useCallback(
    (field: HTMLTextAreaElement, text: string) => {
      setBlank(isBlank(text));
      setTooLong(false);
      fit(field, text);
      lookForLink(session.outgoing.composing.of(conversation)?.kind === "edit" ? null : text);
    },
    [session, conversation, lookForLink],
  );

  const show = useCallback(
    (text: string) => {
      const field = input.current;
      if (field === null) return;
      field.value = text;
      changed(field, text);
    },
    [changed],
  );
  const composed = useComposed(conversation, input, show);
  useEffect(() => {
    const { composing, drafts } = session.outgoing;
    return drafts.open(conversation, (text) => {
      if (composing.of(conversation)?.kind !== "edit") show(text);
    });
  }, [session, conversation, show]);

  useEffect(() => {
    // On a touch screen this would open the keyboard over what one came to read.
    if (matchMedia("(pointer: fine)").matches) input.current?.focus({ preventScroll: true });
  }, [conversation]);

  const send = (at?: number) => {
    const field = input.current;
    if (field === null || isBlank(field.value)) return;
    const text = field.value;
    if (utf8Bytes(text) > MESSAGE_BYTES) {
      setTooLong(true);
      return;
    }
    if (composed.isEdit()) {
      composed.save(text);
      return;
    }
    session.outgoing.send(conversation, text, at, preview());
    field.value = "";
    changed(field, "");
    typing.stop();
    onSent();
    field.focus();
  };

  const keyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter picks a word.
    const picking = event.nativeEvent.isComposing || composing.current;
    shift.current = event.shiftKey;
    if (!picking && isPlain(event) && completion.key(event.key)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const mark = picking ? undefined : markOf(event);
    if (mark !== undefined && input.current !== null) {
      event.preventDefault();
      toggleMark(input.current, mark);
      return;
    }
    if (event.key === "Escape" && !picking && composed.mode !== undefined) {
      event.preventDefault();
      composed.leave();
      return;
    }
    if (isPressed("editLast", event) && blank && composed.mode === undefined) {
      if (composed.editLast()) event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.altKey || picking) return;
    if (isPressed("send", event) || (sendsWithEnter && !event.shiftKey)) {
      event.preventDefault();
      send();
    } else if (input.current !== null && continueList(input.current)) event.preventDefault();
  };

  const written = (field: HTMLTextAreaElement) => {
    const text = field.value;
    changed(field, text);
    completion.look(field);
    if (composed.isEdit()) {
      composed.typed(text);
      return;
    }
    session.outgoing.drafts.typed(conversation, text);
    typing.typed(text !== "");
  };

  const paste = (event: ClipboardEvent<HTMLTextAreaElement>) => {
    const pasted = event.clipboardData.getData("text/plain");
    if (pasted.length <= LONG_PASTE_CHARACTERS) {
      const formatted = shift.current ? null : formattedOf(event.clipboardData.getData("text/html"));
      if (formatted === null) return;
      event.preventDefault();
      insertText(event.currentTarget, formatted);
      return;
    }
    // As an editing step, which can be undone, the browser would be busy with it for seconds.
    event.preventDefault();
    if (pasted.length > MESSAGE_BYTES) {
      setTooLong(true); // the clipboard still has it
      return;
    }
    const field = event.currentTarget;
    field.setRangeText(pasted, field.selectionStart, field.selectionEnd, "end");
    written(field);
  };

  return (
    <div className="relative w-full max-w-column px-4 pb-4 tablet:px-6">
      {tooLong && (
        <p role="alert" className="pb-2 text-13 text-red-ink">
          {sentenceOf({ code: "too_long", params: { limit: MESSAGE_BYTES.toString() }, acts: "user" }, {})}
        </p>
      )}
      <DraftOffers conversation={conversation} />
      {composed.mode !== undefined && (
        <ComposedBar
          conversation={conversation}
          mode={composed.mode}
          peerName={peerName}
          refused={composed.refused}
          onLeave={composed.leave}
        />
      )}
      {link !== null && (
        <Later
          key={link}
          load={previewOffer}
          of={{ link, onPreview }}
          waiting={<div className="mb-1 h-9" />}
          failed={() => null}
        />
      )}
      {completion.list ?? <MarksBar field={input} />}
      <div className="flex items-end gap-1 rounded-card border border-line-strong bg-raised p-1 focus-within:border-focus focus-within:ring-1 focus-within:ring-focus">
        <textarea
          ref={input}
          aria-label={
            composed.mode?.kind === "edit"
              ? "The message you are editing"
              : isNotes
                ? "A note to yourself"
                : `Message to ${peerName}`
          }
          placeholder={isNotes ? "Write a note" : `Message ${peerName}`}
          autoComplete="off"
          {...completion.aria}
          rows={1}
          onInput={({ currentTarget }) => {
            written(currentTarget);
          }}
          onKeyUp={(event) => {
            shift.current = event.shiftKey;
          }}
          onSelect={({ currentTarget }) => {
            completion.look(currentTarget);
          }}
          onBlur={() => {
            completion.close();
            typing.stop();
            session.outgoing.drafts.flush();
          }}
          onKeyDown={keyDown}
          onCompositionStart={() => {
            composing.current = true;
          }}
          onCompositionEnd={() => {
            setTimeout(() => (composing.current = false));
          }}
          onPaste={paste}
          className="max-h-[40dvh] min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2.5 py-[0.4375rem] text-15 [field-sizing:content] placeholder:truncate placeholder:text-ink-3 focus-visible:outline-none"
        />
        <EmojiButton field={input} />
        <LaterButton disabled={blank || composed.mode?.kind === "edit"} onPick={send} />
        <IconButton
          label={composed.mode?.kind === "edit" ? "Save" : "Send"}
          shortcut={sendsWithEnter ? "Enter" : "Ctrl Enter"}
          disabled={blank}
          onClick={() => {
            send();
          }}
          className="bg-accent !text-on-accent hover:!bg-accent-hover disabled:bg-transparent disabled:!text-ink-3"
          icon={
            composed.mode?.kind === "edit" ? (
              <Check size={17} aria-hidden />
            ) : (
              <SendHorizontal size={17} aria-hidden />
            )
          }
        />
      </div>
    </div>
  );
});

/** Touches the field only where something is another thing now. */
function fit(field: HTMLTextAreaElement, text: string): void {
  const direction = directionOf(text);
  if (field.dir !== direction) field.dir = direction;
  if (SIZES_ITSELF) return;
  const rows = Math.min(MOST_LINES, text.split("\n", MOST_LINES).length);
  if (field.rows !== rows) field.rows = rows;
}

const SIZES_ITSELF = CSS.supports("field-sizing", "content");

function isPlain({ shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return !shiftKey && !altKey && !ctrlKey && !metaKey;
}

function isBlank(text: string): boolean {
  return !/\S/u.test(text);
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
