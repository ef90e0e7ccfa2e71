/** What one types to update this computer's Casemate, where that is known, with a button that copies it. */
import { Check, Copy } from "lucide-react";
import { useRef } from "react";

import { IconButton } from "./Button";
import { COPYING_WORDS, selectText, useCopy } from "./useCopy";

/** Empty where it cannot be told how this one was installed. */
export function HowToUpdate({ command }: { readonly command: string }) {
  const place = useRef<HTMLElement>(null);
  const [copying, copy] = useCopy(() => {
    selectText(place.current);
  });
  if (command === "") return <>Update it the way it was installed, then start it again.</>;
  return (
    <>
      Update with{" "}
      <code ref={place} className="font-mono text-13 break-words select-all">
        {command}
      </code>
      <IconButton
        label="Copy command"
        icon={copying === "copied" ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        className="mx-0.5 -my-2 size-7 align-middle pointer-coarse:-my-3 pointer-coarse:size-11"
        onClick={() => {
          copy(command);
        }}
      />
      and start Casemate again.{" "}
      <span role="status" className={copying === "refused" ? undefined : "sr-only"}>
        {COPYING_WORDS[copying]}
      </span>
    </>
  );
}
