/** What one keeps of somebody for oneself: another name, and notes. */
import { useState } from "react";

import type { PeerView } from "../../api/generated";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { useAttempt, useSession } from "../../state/context";
import { displayName } from "../../words/names";
import { sentenceOf } from "../../words/reasons";

const NICKNAME_BYTES = 77;
const NOTE_BYTES = 4096;

export function PersonRemarks({ peer }: { readonly peer: PeerView }) {
  const { nickname, note } = peer;
  const [changing, setChanging] = useState(false);
  if (changing)
    return (
      <ChangeRemarks
        peer={peer}
        onClose={() => {
          setChanging(false);
        }}
      />
    );
  return (
    <>
      {note !== "" && (
        <p className="text-13 [overflow-wrap:anywhere] whitespace-pre-wrap" dir="auto">
          {note}
        </p>
      )}
      <Button
        kind="quiet"
        className="justify-start"
        onClick={() => {
          setChanging(true);
        }}
      >
        {nickname === "" && note === "" ? "Nickname and notes…" : "Change nickname and notes…"}
      </Button>
    </>
  );
}

function ChangeRemarks({ peer, onClose }: { readonly peer: PeerView; readonly onClose: () => void }) {
  const { service, cid } = useSession();
  const [nickname, setNickname] = useState(peer.nickname);
  const [note, setNote] = useState(peer.note);
  const [attempt, run] = useAttempt();
  const longName = sizeOf(nickname.trim()) > NICKNAME_BYTES;
  const longNote = sizeOf(note.trim()) > NOTE_BYTES;
  const save = async () => {
    const remark = { cid, peer: peer.cid, nickname: nickname.trim(), note: note.trim() };
    if (await run(() => service.request("SetRemark", remark))) onClose();
  };
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!longName && !longNote) void save();
      }}
    >
      <Field
        label="Nickname"
        value={nickname}
        autoComplete="off"
        dir="auto"
        placeholder={displayName({ full_name: peer.full_name, username: peer.username })}
        problem={longName ? "That is longer than a name can be here." : undefined}
        onChange={(event) => {
          setNickname(event.currentTarget.value);
        }}
      />
      <label className="flex flex-col gap-1.5 text-13 font-medium">
        Notes
        <textarea
          value={note}
          rows={4}
          autoComplete="off"
          dir="auto"
          aria-invalid={longNote || undefined}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
          className="w-full rounded-control border border-line-strong bg-raised px-3 py-2 text-15 font-normal"
        />
      </label>
      <p className="text-12 text-pretty text-ink-3">
        Only you see these. They stay on this computer, sealed with the rest.
      </p>
      {(longNote || attempt.state === "refused") && (
        <p role="alert" className="text-13 text-red-ink">
          {longNote || attempt.state !== "refused"
            ? "These notes are too long: about 4,000 letters have room."
            : sentenceOf(attempt.reason)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button size="small" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          size="small"
          kind="primary"
          disabled={longName || longNote}
          busy={attempt.state === "running"}
        >
          Save
        </Button>
      </div>
    </form>
  );
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
