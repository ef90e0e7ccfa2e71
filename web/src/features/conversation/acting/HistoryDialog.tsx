/** What an edited message said before, the newest first, each with what was changed. */
import { useCallback, useEffect, useState } from "react";

import type { MessageVersions, MessageView, Reason } from "../../../api/generated";
import { Refused } from "../../../api/InternalService";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { CONNECTION_LOST, useSession } from "../../../state/context";
import { beginningOf, fewMarks } from "../../../text/bounded";
import { sentenceOf } from "../../../words/reasons";
import { fullTime } from "../../../words/times";
import { wordDifferences } from "./wordDifferences";

type Versions = MessageVersions["versions"];

export function HistoryDialog({
  message,
  onClose,
}: {
  readonly message: MessageView;
  readonly onClose: () => void;
}) {
  const [versions, failed, again] = useVersions(message);
  return (
    <Dialog title="What it said before" onClose={onClose}>
      <div className="min-h-40 overflow-y-auto px-5 pb-5">
        {failed !== null ? (
          <div role="alert" className="flex flex-col items-start gap-3 text-13 text-ink-2">
            <p>{sentenceOf(failed, {})}</p>
            <Button size="small" onClick={again}>
              Try again
            </Button>
          </div>
        ) : versions === null ? (
          <div role="status" aria-label="Loading what it said" className="flex flex-col gap-3">
            <span className="skeleton h-3 w-32" />
            <span className="skeleton h-4 w-4/5" />
            <span className="skeleton h-3 w-32" />
            <span className="skeleton h-4 w-3/5" />
          </div>
        ) : versions.length === 0 ? (
          <p className="text-13 text-ink-2">Only what it says now is kept on this computer.</p>
        ) : (
          <ol className="flex flex-col gap-4">
            {versions
              .map((version, place) => (
                <li key={place}>
                  <p className="pb-0.5 text-12 text-ink-3">
                    {place === 0 ? "Written" : "Edited"} {fullTime(version.made_at)}
                    {place === versions.length - 1 && " · now"}
                  </p>
                  <Version before={versions[place - 1]?.text} text={version.text} />
                </li>
              ))
              .toReversed()}
          </ol>
        )}
      </div>
    </Dialog>
  );
}

function Version({ before, text }: { readonly before: string | undefined; readonly text: string }) {
  const [shown, old] = [beginningOf(text), before === undefined ? undefined : beginningOf(before)];
  return (
    <p dir="auto" className="message-text text-15">
      {old === undefined
        ? fewMarks(shown)
        : wordDifferences(old, shown).map(({ kind, text: words }, place) =>
            kind === "same" ? (
              <span key={place}>{fewMarks(words)}</span>
            ) : kind === "gone" ? (
              <del key={place} className="bg-red-soft text-ink-2">
                {fewMarks(words)}
              </del>
            ) : (
              <ins key={place} className="bg-green-soft">
                {fewMarks(words)}
              </ins>
            ),
          )}
      {shown.length < text.length && "…"}
    </p>
  );
}

function useVersions({
  conversation,
  author,
  id,
}: MessageView): readonly [Versions | null, Reason | null, () => void] {
  const { service, cid } = useSession();
  const [versions, setVersions] = useState<Versions | null>(null);
  const [failed, setFailed] = useState<Reason | null>(null);
  const load = useCallback(
    (isStale: () => boolean) => {
      const fields = { cid, conversation, author: author ?? "", message_id: id };
      service.request("GetMessageVersions", fields).then(
        (answer) => {
          if (!isStale()) setVersions(answer.versions);
        },
        (error: unknown) => {
          if (!isStale()) setFailed(error instanceof Refused ? error.reason : CONNECTION_LOST);
        },
      );
    },
    [service, cid, conversation, author, id],
  );
  useEffect(() => {
    let stale = false;
    load(() => stale);
    return () => {
      stale = true;
    };
  }, [load]);
  const again = () => {
    setFailed(null);
    load(() => false);
  };
  return [versions, failed, again];
}
