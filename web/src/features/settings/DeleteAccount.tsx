/** The one thing here that cannot be taken back; it asks for the username, not just for a click. */
import { useState } from "react";

import type { AccountView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { useAttempt, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";

export function DeleteAccount({
  account,
  onDeleted,
}: {
  readonly account: AccountView;
  readonly onDeleted: () => void;
}) {
  const [asking, setAsking] = useState(false);
  return (
    <div className="flex flex-wrap items-center gap-4 py-3">
      <p className="min-w-0 flex-1 basis-60 text-13 text-ink-2">
        Deleting removes the account from the server, and its keys and history from this computer. For good.
      </p>
      <Button
        kind="danger-quiet"
        onClick={() => {
          setAsking(true);
        }}
      >
        Delete account…
      </Button>
      {asking && (
        <Confirm
          account={account}
          onDeleted={onDeleted}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </div>
  );
}

function Confirm({
  account,
  onDeleted,
  onClose,
}: {
  readonly account: AccountView;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}) {
  const service = useService();
  const [typed, setTyped] = useState("");
  const [attempt, run] = useAttempt({ waits: false });
  const remove = async () => {
    if (await run(() => service.request("Deregister", { cid: account.cid }))) onDeleted();
  };
  return (
    <Dialog title="Delete this account" onClose={onClose} className="max-w-md">
      <form
        className="flex flex-col gap-4 px-5 pb-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed === account.username) void remove();
        }}
      >
        <p className="text-15 text-ink-2">
          <strong className="text-ink">
            <bdi>{account.full_name}</bdi>
          </strong>{" "}
          disappears from {account.server_address}, and every conversation of it from this computer. Nobody
          can bring it back.
        </p>
        <Field
          label={`Type ${account.username} to go on`}
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
        {attempt.state === "refused" && (
          <p role="alert" className="text-13 text-red-ink">
            {sentenceOf(attempt.reason, {})}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button
            type="submit"
            kind="danger"
            disabled={typed !== account.username}
            busy={attempt.state === "running"}
          >
            Delete account
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
