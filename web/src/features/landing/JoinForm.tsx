/** A new account at the server of an invitation, registered with who made it. */
import type { SubmitEvent } from "react";
import { useState } from "react";

import type { Cid, InvitationRead } from "../../api/generated";
import { Button } from "../../components/Button";
import type { NewPerson } from "../../state/actions";
import { joinBy } from "../../state/actions";
import { useAttempt, useService } from "../../state/context";
import { WHOM_ONE_MEETS, joinRefusalWords } from "../../words/invitations";
import { PersonFields } from "./PersonFields";
import { Refusal } from "./Refusal";
import { StepLine } from "./StepLine";
import { focusFirstProblem, useFocusWhenRefused } from "./focusFirstProblem";
import { personProblems, usernameProblem } from "./problems";
import { useFirstFocus } from "./useFirstFocus";

interface Props {
  readonly invitation: InvitationRead;
  readonly text: string;
  readonly onMeet: (cid: Cid, inviter: Cid) => void;
}

const NOBODY: NewPerson = { fullName: "", username: "", password: "" };

export function JoinForm({ invitation, text, onMeet }: Props) {
  const service = useService();
  const form = useFirstFocus();
  const [person, setPerson] = useState(NOBODY);
  const [attempt, run, reset] = useAttempt();
  const [checked, setChecked] = useState(false);

  useFocusWhenRefused(form, attempt);
  const refusedName = usernameProblem(attempt);
  const problems = { ...(checked ? personProblems(person) : {}), ...refusedName };

  const change = (field: keyof NewPerson) => (event: { currentTarget: HTMLInputElement }) => {
    const value = event.currentTarget.value;
    setPerson((before) => ({ ...before, [field]: value }));
    if (attempt.state === "refused") reset();
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(personProblems(person)).length > 0) {
      focusFirstProblem(event.currentTarget);
      return;
    }
    void run(async () => {
      onMeet(await joinBy(service, text, person), invitation.inviter);
    });
  };

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-5" aria-label="New account">
      <PersonFields person={person} problems={problems} change={change} />
      {attempt.state === "refused" && refusedName.username === undefined && (
        <Refusal
          reason={attempt.reason}
          sentence={joinRefusalWords(attempt.reason, invitation.server_addr)}
        />
      )}
      <Button
        type="submit"
        kind={invitation.here.some((cid) => cid !== invitation.inviter) ? "secondary" : "primary"}
        size="large"
        busy={attempt.state === "running"}
      >
        Join
      </Button>
      {attempt.state === "running" ? (
        <StepLine step="Making your keys and your account" since={attempt.since} />
      ) : (
        <p className="text-center text-13 text-ink-2">{WHOM_ONE_MEETS}</p>
      )}
    </form>
  );
}
