/** Where one writes. Enter sends, Shift+Enter begins a new line, and nothing written here gets lost. */
import { SendHorizontal } from "lucide-react";
import type { ClipboardEvent, KeyboardEvent } from "react";
import { useEffect, useRef, useState } from "react";

import type { Cid } from "../../api/generated";
import { IconButton } from "../../components/Button";
import { useSession, useSessionState } from "../../state/context";
import { sentenceOf } from "../../state/reasons";
import { useTypingSignal } from "./useTypingSignal";

interface Props {
  readonly peer: Cid;
  readonly peerName: string;
  readonly onSent: () => void;
}

/** The protocol's bound for a text (docs/protocol). The service has the last word. */
const MESSAGE_BYTES = 1_048_576;
const MOST_LINES = 8;

export function Composer({ peer, peerName, onSent }: Props) {
  const session = useSession();
  const draft = useSessionState((state) => state.drafts.get(peer) ?? "");
  const [tooLong, setTooLong] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const typing = useTypingSignal(peer);
  /** Some browsers end a composition just before the Enter that ended it. */
  const composing = useRef(false);

  useEffect(() => {
    // On a touch screen this would open the keyboard over what one came to read.
    if (matchMedia("(pointer: fine)").matches) input.current?.focus({ preventScroll: true });
  }, [peer]);

  const send = () => {
    if (draft.trim() === "") return;
    if (utf8Bytes(draft) > MESSAGE_BYTES) {
      setTooLong(true);
      return;
    }
    session.send(peer, draft);
    session.keepDraft(peer, "");
    setTooLong(false);
    typing.stop();
    onSent();
    input.current?.focus();
  };

  const keyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter picks a word.
    const picking = event.nativeEvent.isComposing || composing.current;
    if (event.key !== "Enter" || event.shiftKey || event.altKey || picking) return;
    event.preventDefault();
    send();
  };

  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text/plain");
    if (pasted.length <= MESSAGE_BYTES) return;
    event.preventDefault(); // the browser would be busy with it for seconds; the clipboard still has it
    setTooLong(true);
  };

  return (
    <div className="px-4 pb-4 tablet:px-6">
      {tooLong && (
        <p role="alert" className="pb-2 text-13 text-red-ink">
          {sentenceOf({ code: "too_long", params: { limit: MESSAGE_BYTES.toString() }, acts: "user" }, {})}
        </p>
      )}
      <div className="flex items-end gap-1 rounded-card border border-line-strong bg-raised p-1 focus-within:border-focus focus-within:ring-1 focus-within:ring-focus">
        <textarea
          ref={input}
          aria-label={`Message to ${peerName}`}
          placeholder={`Message ${peerName}`}
          dir="auto"
          value={draft}
          rows={Math.min(MOST_LINES, draft.split("\n", MOST_LINES).length)}
          onChange={(event) => {
            session.keepDraft(peer, event.currentTarget.value);
            if (tooLong) setTooLong(false);
            typing.typed(event.currentTarget.value !== "");
          }}
          onBlur={typing.stop}
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
        <IconButton
          label="Send"
          shortcut="Enter"
          disabled={draft.trim() === ""}
          onClick={send}
          className="bg-accent !text-on-accent hover:!bg-accent-hover disabled:bg-transparent disabled:!text-ink-3"
          icon={<SendHorizontal size={17} aria-hidden />}
        />
      </div>
    </div>
  );
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
