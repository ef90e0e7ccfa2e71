/** Account files that this computer's list does not name: nothing is lost, and each opens with its password. */
import { FileQuestion } from "lucide-react";
import type { SubmitEvent } from "react";
import { useState } from "react";

import type { Cid, FoundAccountFile } from "../../api/generated";
import type { FoundFiles } from "../../api/InternalService";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { adopt, forgetFound } from "../../state/actions";
import { useAttempt, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import { fullDay } from "../../words/times";
import { Forget } from "./Forget";
import { Refusal } from "./Refusal";

interface Props {
  readonly found: FoundFiles;
  readonly onEnter: (cid: Cid) => void;
}

export function FoundAccounts({ found, onEnter }: Props) {
  if (found.files.length === 0) return null;
  return (
    <section aria-labelledby="found-accounts" className="flex flex-col gap-2">
      <h2 id="found-accounts" className="text-13 font-medium text-ink-2">
        Account files that were found
      </h2>
      <p className="text-13 text-ink-2">
        {found.listLost === null
          ? "This computer’s list of accounts does not name them: it may be an older one. Nothing was deleted; each opens with its password."
          : sentenceOf(found.listLost)}
      </p>
      <ul className="overflow-hidden rounded-card border border-line bg-raised [--behind:var(--raised)]">
        {found.files.map((file) => (
          <li key={file.name} className="border-line not-first:border-t">
            <FoundRow file={file} onEnter={onEnter} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FoundRow({ file, onEnter }: { readonly file: FoundAccountFile } & Pick<Props, "onEnter">) {
  const service = useService();
  const [asked, setAsked] = useState(false);
  const [password, setPassword] = useState("");
  const [attempt, run, reset] = useAttempt();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (password !== "")
      void run(async () => {
        onEnter(await adopt(service, file.name, password));
      });
  };
  return (
    <div className="flex flex-col gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-3">
        <FileQuestion size={20} aria-hidden className="shrink-0 text-ink-3" />
        <span className="min-w-0 flex-1 basis-40">
          <span className="block truncate font-mono text-13">{file.name.slice(0, 8)}….db</span>
          <span className="block text-13 text-ink-3">
            {size(file.bytes)}, noticed on {fullDay(file.found_at)}
          </span>
        </span>
        {file.has_vault && !asked && (
          <Button
            size="small"
            aria-label={`Open ${file.name.slice(0, 8)} with its password`}
            onClick={() => {
              setAsked(true);
            }}
          >
            Open…
          </Button>
        )}
        <Forget
          words="Delete…"
          label={`Delete ${file.name.slice(0, 8)}`}
          title="Delete this account file"
          action="Delete the file"
          onForget={() => forgetFound(service, file.name)}
        >
          <p>
            The keys and the history of an account are in it. Once deleted, nobody can bring them back, and
            the account’s username stays taken on its server.
          </p>
          <p>
            {file.has_vault
              ? "Whoever knows its password can open it instead, and see whose it is."
              : "An older service.db that knew it can still open it."}
          </p>
        </Forget>
      </div>
      {!file.has_vault && (
        <p className="text-13 text-ink-2">
          {sentenceOf({ code: "no_password_vault", params: { file: `${file.name}.db` }, acts: "user" })}
        </p>
      )}
      {asked && (
        <form onSubmit={submit} noValidate className="flex flex-col gap-3">
          <Field
            label="Password of this account"
            type="password"
            value={password}
            autoComplete="current-password"
            // The person has just asked for it.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            onChange={({ currentTarget }) => {
              setPassword(currentTarget.value);
              if (attempt.state === "refused") reset();
            }}
          />
          {attempt.state === "refused" && <Refusal reason={attempt.reason} />}
          <Button type="submit" kind="primary" busy={attempt.state === "running"}>
            Open this account
          </Button>
        </form>
      )}
    </div>
  );
}

function size(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.ceil(bytes / 1000).toString()} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
