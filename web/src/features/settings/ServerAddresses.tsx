/** Where the server is looked for: which address is in use, what is known of the others, and a place for another. */
import { Server } from "lucide-react";
import { useRef, useState } from "react";

import type { AccountView, ServerAddressView } from "../../api/generated";
import { Button } from "../../components/Button";
import { classes } from "../../components/classes";
import { Field } from "../../components/Field";
import { useAttempt, useNow, useService } from "../../state/context";
import { sentenceOf } from "../../words/reasons";
import { sinceTime } from "../../words/times";

/** As many as the service keeps. */
const MOST = 8;

export function ServerAddresses({ account }: { readonly account: AccountView }) {
  const { cid, server_addresses } = account;
  const service = useService();
  const [attempt, run] = useAttempt();
  const list = useRef<HTMLUListElement>(null);
  const remove = async (address: string) => {
    // The pressed button goes with its row.
    if (await run(() => service.request("RemoveServerAddress", { cid, address }))) list.current?.focus();
  };
  const removable = server_addresses.length > 1;
  return (
    <>
      <ul ref={list} tabIndex={-1} aria-label="Addresses" className="divide-y divide-line">
        {server_addresses.map((each) => (
          <AddressRow
            key={each.address}
            row={each}
            busy={attempt.state === "running"}
            onRemove={
              each.by_person && removable
                ? () => {
                    void remove(each.address);
                  }
                : null
            }
          />
        ))}
      </ul>
      {attempt.state === "refused" && (
        <p role="alert" className="pb-3 text-13 text-red-ink">
          {sentenceOf(attempt.reason, {})}
        </p>
      )}
      <AddAddress cid={cid} full={server_addresses.filter(({ by_person }) => by_person).length >= MOST} />
    </>
  );
}

interface RowProps {
  readonly row: ServerAddressView;
  readonly busy: boolean;
  readonly onRemove: (() => void) | null;
}

function AddressRow({ row, busy, onRemove }: RowProps) {
  const now = useNow();
  const { address, by_person, in_use } = row;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <Server
        size={18}
        aria-hidden
        className={classes("shrink-0", in_use ? "text-green-ink" : "text-ink-3")}
      />
      <p className="min-w-0 flex-1 basis-40 text-13 text-ink-2">
        <span className="block text-15 font-medium break-words text-ink">{address}</span>
        {stateWords(row, now)}
        {!by_person && " Named by the server."}
      </p>
      {onRemove !== null && (
        <Button aria-label={`Remove ${address}`} busy={busy} onClick={onRemove}>
          Remove
        </Button>
      )}
    </li>
  );
}

function stateWords({ in_use, away_since, reason, by_person }: ServerAddressView, now: number) {
  if (in_use) return "In use.";
  if (away_since === null) return "Kept for when the server moves.";
  const since = sinceTime(away_since, now);
  if (reason === null || reason.code === "server_unreachable") return `Could not be reached since ${since}.`;
  if (reason.code !== "server_identity_changed") return `${sentenceOf(reason, { now })} Since ${since}.`;
  const words = `Another server has answered there since ${since}. It was refused.`;
  return by_person ? <span className="text-red-ink">{words}</span> : words;
}

function AddAddress({ cid, full }: { readonly cid: bigint; readonly full: boolean }) {
  const service = useService();
  const [address, setAddress] = useState("");
  const [attempt, run] = useAttempt();
  const form = useRef<HTMLFormElement>(null);
  const add = async () => {
    if (!(await run(() => service.request("AddServerAddress", { cid, address })))) return;
    // With nothing in the field its button cannot be pressed, and would lose the focus.
    form.current?.querySelector("input")?.focus();
    setAddress("");
  };
  if (full)
    return <p className="py-3 text-13 text-ink-3">Eight addresses are kept. Remove one to add another.</p>;
  const problem = attempt.state === "refused" ? problemWords(attempt.reason.code) : null;
  return (
    <form
      ref={form}
      className="flex flex-wrap items-start gap-3 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (address.trim() !== "") void add();
      }}
    >
      <div className="min-w-0 flex-1 basis-60">
        <Field
          label="Another address"
          value={address}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder="chat.example.org:12349"
          advice="The server is looked for at each of them. Whatever the address, only the identity above is accepted."
          problem={problem}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
          }}
        />
      </div>
      <Button
        type="submit"
        className="mt-6.5"
        disabled={address.trim() === ""}
        busy={attempt.state === "running"}
      >
        Add
      </Button>
    </form>
  );
}

function problemWords(code: string): string {
  switch (code) {
    case "malformed":
      return "That is no address of a server. It looks like chat.example.org:12349.";
    case "too_long":
      return "Eight addresses are kept. Remove one to add another.";
    default:
      return "That did not work just now. Try again in a moment.";
  }
}
