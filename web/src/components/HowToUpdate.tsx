/** What one types to update this computer's Casemate, where that is known, with a button that copies it. */
import { Check, Copy } from "lucide-react";
import { useState } from "react";

import { IconButton } from "./Button";

/** Empty where it cannot be told how this one was installed. */
export function HowToUpdate({ command }: { readonly command: string }) {
  const [copied, setCopied] = useState(false);
  if (command === "") return <>Update it the way it was installed, then start it again.</>;
  return (
    <>
      Update with <code className="font-mono text-13 break-words select-all">{command}</code>
      <IconButton
        label="Copy command"
        icon={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        className="mx-0.5 -my-2 size-7 align-middle pointer-coarse:-my-3 pointer-coarse:size-11"
        onClick={() => {
          void navigator.clipboard.writeText(command).then(() => {
            setCopied(true);
          });
        }}
      />
      <span role="status" className="sr-only">
        {copied && "Copied"}
      </span>
      and start Casemate again.
    </>
  );
}
