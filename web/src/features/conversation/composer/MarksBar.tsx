/** What can be done to the words that are selected, above the field; the keys for it are said beside. */
import { Bold, Code, Italic, Link, Strikethrough } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { useEffect, useState } from "react";

import { IconButton } from "../../../components/Button";
import { keysInWords } from "../../../state/keys";
import type { MarkName } from "./marks";
import { MARKS, toggleMark } from "./marks";

const NAMES: Readonly<Record<MarkName, readonly [string, ReactNode]>> = {
  bold: ["Bold", <Bold key="bold" size={16} aria-hidden />],
  italic: ["Slanted", <Italic key="italic" size={16} aria-hidden />],
  strike: ["Struck out", <Strikethrough key="strike" size={16} aria-hidden />],
  code: ["Code", <Code key="code" size={16} aria-hidden />],
  link: ["Link", <Link key="link" size={16} aria-hidden />],
};

export function MarksBar({ field }: { readonly field: RefObject<HTMLTextAreaElement | null> }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const look = () => {
      const { current } = field;
      setShown(
        current !== null &&
          document.activeElement === current &&
          current.selectionStart !== current.selectionEnd,
      );
    };
    document.addEventListener("selectionchange", look);
    return () => {
      document.removeEventListener("selectionchange", look);
    };
  }, [field]);
  if (!shown) return null;
  return (
    <div
      role="toolbar"
      aria-label="Format what is selected"
      // A press must not take the selection away.
      onPointerDown={(event) => {
        event.preventDefault();
      }}
      className="motion-appear absolute bottom-full left-4 z-10 mb-1 flex rounded-card border border-line bg-raised p-0.5 shadow-float tablet:left-6"
    >
      {MARKS.map(({ name }) => (
        <IconButton
          key={name}
          label={NAMES[name][0]}
          icon={NAMES[name][1]}
          shortcut={keysInWords(name)}
          className="!size-8"
          tabIndex={-1}
          onClick={() => {
            if (field.current !== null) toggleMark(field.current, name);
          }}
        />
      ))}
    </div>
  );
}
