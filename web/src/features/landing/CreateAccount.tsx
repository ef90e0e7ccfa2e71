/** A new account: where, who, and the password that opens it on this computer. */
import type { SubmitEvent } from "react";
import { useState } from "react";

import type { Cid } from "../../api/generated";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import type { NewAccount } from "../../state/actions";
import { createAccount } from "../../state/actions";
import { useAttempt, useConnection, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import { PersonFields } from "./PersonFields";
import { Refusal } from "./Refusal";
import { ServerIdentity } from "./ServerIdentity";
import { StepLine } from "./StepLine";
import { focusFirstProblem, useFocusWhenRefused } from "./focusFirstProblem";
import { problemsOf, usernameProblem } from "./problems";
import type { Probe } from "./useServerProbe";
import { useFirstFocus } from "./useFirstFocus";
import { useServerProbe } from "./useServerProbe";

export function CreateAccount({ onEnter }: { readonly onEnter: (cid: Cid) => void }) {
  const service = useService();
  const form = useFirstFocus();
  const connection = useConnection();
  const offered = connection.state === "connecting" ? null : connection.service?.default_server;
  const [typed, setTyped] = useState<Partial<NewAccount>>({});
  const account: NewAccount = {
    serverAddress: (typed.serverAddress ?? offered ?? "").trim(),
    fullName: typed.fullName ?? "",
    username: typed.username ?? "",
    password: typed.password ?? "",
    serverPassword: typed.serverPassword ?? "",
  };
  const [probe, probeAgain] = useServerProbe(account.serverAddress);
  const [attempt, run, reset] = useAttempt();
  const [checked, setChecked] = useState(false);
  const needsServerPassword =
    probe.state === "known" && probe.server.password_required && probe.address === account.serverAddress;
  useFocusWhenRefused(form, attempt);
  const refusedName = usernameProblem(attempt);
  const problems = { ...(checked ? problemsOf(account, needsServerPassword) : {}), ...refusedName };

  const change = (field: keyof NewAccount) => (event: { currentTarget: HTMLInputElement }) => {
    const value = event.currentTarget.value;
    setTyped((before) => ({ ...before, [field]: value }));
    if (attempt.state === "refused") reset();
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(problemsOf(account, needsServerPassword)).length > 0) {
      focusFirstProblem(event.currentTarget);
      return;
    }
    if (probe.state === "failed") probeAgain();
    void run(async () => {
      onEnter(await createAccount(service, account));
    });
  };

  return (
    <form
      ref={form}
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-5"
      aria-labelledby="create-title"
    >
      <h1 id="create-title" className="text-24 font-bold tracking-tight">
        Create your account
      </h1>
      <Field
        label="Server address"
        value={typed.serverAddress ?? offered ?? ""}
        onChange={change("serverAddress")}
        placeholder="team.example.org:12349"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        problem={problems.serverAddress ?? probeProblem(probe, account.serverAddress)}
      />
      {account.serverAddress !== "" && probe.state !== "failed" && (
        <ServerIdentity
          server={probe.state === "known" && probe.address === account.serverAddress ? probe.server : null}
        />
      )}
      {needsServerPassword && (
        <Field
          label="Server password"
          type="password"
          value={account.serverPassword}
          onChange={change("serverPassword")}
          autoComplete="off"
          advice="Whoever runs the server gave it to you."
          problem={problems.serverPassword}
        />
      )}
      <PersonFields person={account} problems={problems} change={change} />
      {attempt.state === "refused" && refusedName.username === undefined && (
        <Refusal reason={attempt.reason} server={account.serverAddress} />
      )}
      <Button type="submit" kind="primary" size="large" busy={attempt.state === "running"}>
        Create account
      </Button>
      {attempt.state === "running" && (
        <StepLine step="Making your keys and your account" since={attempt.since} />
      )}
    </form>
  );
}

function probeProblem(probe: Probe, address: string): string | undefined {
  if (probe.state !== "failed" || probe.address !== address) return undefined;
  if (probe.reason.code === "malformed")
    return "That is no server address. One looks like team.example.org:12349.";
  return sentenceOf(probe.reason, { server: address });
}
