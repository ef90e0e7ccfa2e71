/** What one is called, and the way to change it: everybody one talks with is told. */
import { useState } from "react";

import type { AccountView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { useAttempt, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";

export function FullName({ account }: { readonly account: AccountView }) {
  const [changing, setChanging] = useState(false);
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
      <bdi className="min-w-0 break-words">{account.full_name}</bdi>
      <Button
        size="small"
        kind="quiet"
        onClick={() => {
          setChanging(true);
        }}
      >
        Change…
      </Button>
      {changing && (
        <ChangeName
          account={account}
          onClose={() => {
            setChanging(false);
          }}
        />
      )}
    </span>
  );
}

function ChangeName({ account, onClose }: { readonly account: AccountView; readonly onClose: () => void }) {
  const service = useService();
  const [name, setName] = useState(account.full_name);
  const [attempt, run] = useAttempt();
  const save = async () => {
    const change = { cid: account.cid, full_name: name };
    if (await run(() => service.request("SetSettings", change))) onClose();
  };
  return (
    <Dialog title="Change your full name" onClose={onClose} className="max-w-md">
      <form
        className="flex flex-col gap-4 px-5 pb-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") void save();
        }}
      >
        <Field
          label="Full name"
          value={name}
          autoComplete="name"
          dir="auto"
          advice="Everybody you talk with sees the new name, and that it changed. Your username stays."
          problem={attempt.state === "refused" ? sentenceOf(attempt.reason) : null}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button
            type="submit"
            kind="primary"
            disabled={name.trim() === "" || name.trim() === account.full_name}
            busy={attempt.state === "running"}
          >
            Change it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
