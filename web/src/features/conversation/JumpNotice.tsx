/** The way to a message that is not loaded yet, or does not lead there. */
import { X } from "lucide-react";

import { Button, IconButton } from "../../components/Button";
import { useSession } from "../../state/context";
import type { Jump } from "../../state/sessionState";

export function JumpNotice({ jump }: { readonly jump: Jump }) {
  const session = useSession();
  if (jump.state === "here" || jump.state === "loading") return null; // a page of one's own computer is there at once
  return (
    <div
      role="alert"
      className="motion-appear absolute top-3 left-1/2 flex w-max max-w-[calc(100%-1.5rem)] -translate-x-1/2 items-center gap-2 rounded-card border border-line bg-raised py-1 pr-1 pl-3.5 text-13 shadow-float"
    >
      <span className="min-w-0">
        {jump.state === "gone"
          ? "That message is not on this computer."
          : "That message could not be looked for: Casemate on this computer did not answer."}
      </span>
      {jump.state === "failed" && (
        <Button size="small" onClick={() => void session.pages.jump(jump.conversation, jump.message)}>
          Try again
        </Button>
      )}
      <IconButton
        label="Close"
        className="!size-7"
        icon={<X size={15} aria-hidden />}
        onClick={() => {
          session.pages.jumped();
        }}
      />
    </div>
  );
}
