/** Coming by an invitation: the link says which server it is and who is waited for there, so only a name is asked for. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import type { Cid } from "../../api/generated";
import { Field } from "../../components/Field";
import { dropInvitation, invitation } from "../../state/invitation";
import { watchUnkept } from "../../state/unkept";
import { sentenceOf } from "../../words/reasons";
import { InvitedHere } from "./InvitedHere";
import { JoinForm } from "./JoinForm";
import { VerifiedServer } from "./VerifiedServer";
import { useInvitation } from "./useInvitation";

export function JoinByInvitation({ onMeet }: { readonly onMeet: (cid: Cid, inviter: Cid) => void }) {
  const brought = useSyncExternalStore(invitation.subscribe, invitation.get);
  const [pasted, setPasted] = useState("");
  const text = brought === "" ? pasted : brought;
  const reading = useInvitation(text);
  // Once it was read there is no field with it.
  useEffect(() => watchUnkept(() => pasted !== ""), [pasted]);
  const place = useRef<HTMLDivElement>(null);
  const change = (to: string) => {
    dropInvitation();
    setPasted(to);
  };
  const another = () => {
    change("");
    requestAnimationFrame(() => place.current?.querySelector("input")?.focus());
  };
  const meet = (cid: Cid, inviter: Cid) => {
    dropInvitation();
    onMeet(cid, inviter);
  };
  return (
    <div ref={place} className="flex flex-col gap-5">
      <h1 className="text-24 font-bold tracking-tight">Join by an invitation</h1>
      {reading.state === "read" ? (
        <>
          <VerifiedServer invitation={reading.invitation} onAnother={another} />
          <InvitedHere invitation={reading.invitation} text={text} onMeet={meet} />
          <JoinForm invitation={reading.invitation} text={text} onMeet={meet} />
        </>
      ) : (
        <Field
          // eslint-disable-next-line jsx-a11y/no-autofocus -- whoever came here came to paste it
          autoFocus
          label="Invitation"
          // A link that the address brought is not shown: it is read in a moment, and here is no place for it.
          value={pasted}
          onChange={(event) => {
            change(event.currentTarget.value);
          }}
          placeholder="http://…/join#casemate1-…"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          advice="Paste the link, or the whole message that it came in."
          problem={reading.state === "bad" ? sentenceOf(reading.reason) : undefined}
        />
      )}
    </div>
  );
}
