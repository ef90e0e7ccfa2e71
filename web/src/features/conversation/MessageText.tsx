/** What a message says: all of it when it is short, else its beginning and a way to the rest. */
import { memo, useId, useMemo, useState } from "react";

import { beginningOf, fewMarks, partsOf } from "../../text/bounded";
import { Button } from "../../components/Button";
import { classes } from "../../components/classes";
import { isEmojiOnly } from "../../text/emojiOnly";
import { sizeOf } from "../../text/sizes";
import { mayBeFormatted, mayHoldLinks, useDrawing } from "./markdown/formatting";

/** What is formatted is read as one; a longer text is drawn in parts, as it was written. */
const MOST_FORMATTED = 16_384;
/** Looking for addresses costs more than drawing the words. */
const PARTS_WITH_LINKS = 20;

interface Props {
  readonly text: string;
  /** Not the writer's words, but ours about the message. */
  readonly aside?: boolean;
}

export const MessageText = memo(function MessageText({ text, aside = false }: Props) {
  const [whole, setWhole] = useState(false);
  const id = useId();
  const beginning = useMemo(() => beginningOf(text), [text]);
  const isWhole = beginning.length === text.length;
  return (
    <>
      {whole ? (
        <WholeText id={id} text={text} />
      ) : (
        <Words
          id={id}
          text={beginning}
          cut={!isWhole}
          plain={aside}
          {...(aside && { className: "text-ink-3 italic" })}
        />
      )}
      {!isWhole && (
        <Button
          size="small"
          aria-expanded={whole}
          aria-controls={id}
          onClick={() => {
            setWhole(!whole);
          }}
        >
          {whole ? "Show less" : `Show all (${sizeOf(text)})`}
        </Button>
      )}
    </>
  );
});

interface WordsProps {
  readonly id?: string;
  readonly text: string;
  /** Not all of it. */
  readonly cut?: boolean;
  /** As it stands there, whatever could be formatted in it. */
  readonly plain?: boolean;
  readonly className?: string;
}

/** Words of a person, with their formatting once the code for that is there, and as they were written until then. */
export const Words = memo(function Words({ id, text, cut = false, plain = false, className }: WordsProps) {
  const drawing = useDrawing(!plain && mayBeFormatted(text));
  if (drawing !== null)
    return (
      <div id={id} className={classes("message-text space-y-1.5 text-15", className)}>
        {drawing.drawFormatted(text, cut)}
      </div>
    );
  const large = !plain && !cut && isEmojiOnly(text);
  return (
    <p
      id={id}
      dir="auto"
      className={classes(
        "message-text",
        large ? "font-emoji text-[2rem] leading-tight" : "text-15",
        className,
      )}
    >
      <Linked text={text} />
      {cut && "…"}
    </p>
  );
});

/** With addresses one can follow, once the code that finds them is there. */
function Linked({ text }: { readonly text: string }) {
  const drawing = useDrawing(mayHoldLinks(text));
  return drawing === null ? fewMarks(text) : drawing.drawLinked(text);
}

/** In a box of its own, so that the conversation around it stays within reach. */
function WholeText({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <div
      id={id}
      role="region"
      aria-label="The whole message"
      // Without a mouse, one scrolls what has the focus.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="mb-1 max-h-[60vh] overflow-y-auto rounded-control border border-line px-2 py-1"
    >
      {text.length <= MOST_FORMATTED ? (
        <Words text={text} />
      ) : (
        partsOf(text).map((part, place) => (
          <p key={place} dir="auto" className="message-text message-part text-15">
            {place < PARTS_WITH_LINKS ? <Linked text={part} /> : fewMarks(part)}
          </p>
        ))
      )}
    </div>
  );
}
