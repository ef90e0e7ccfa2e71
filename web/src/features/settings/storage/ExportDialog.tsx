/** A conversation saved as a file, with how far it has come; whoever leaves the dialog stops it. */
import { useEffect, useRef, useState } from "react";

import type { PeerView } from "../../../api/generated";
import { ConnectionLost, Refused } from "../../../api/InternalService";
import { Button } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Segments } from "../../../components/Segments";
import { CONNECTION_LOST, useSession, useWorkspace } from "../../../state/context";
import { displayName } from "../../../words/names";
import { sentenceOf } from "../../../words/reasons";
import { fullDay } from "../../../words/times";
import type { Reason } from "../../../api/generated";
import type { Format } from "./exported";
import { fileName, exportWriterOf } from "./exported";
import { Export, save } from "./exporting";

type State =
  | { readonly state: "asking" }
  | {
      readonly state: "running" | "stopped";
      readonly messages: number;
      readonly upTo: number | null;
      readonly reason?: Reason;
    }
  | { readonly state: "done"; readonly messages: number; readonly name: string };

export function ExportDialog({ peer, onClose }: { readonly peer: PeerView; readonly onClose: () => void }) {
  const { service, cid } = useSession();
  const account = useWorkspace((workspace) => workspace.account);
  const [format, setFormat] = useState<Format>("html");
  const [now, setNow] = useState<State>({ state: "asking" });
  const [made, setMade] = useState<{ readonly run: Export; readonly name: string } | null>(null);
  const stopping = useRef(new AbortController());
  useEffect(() => {
    const stop = stopping.current;
    return () => {
      stop.abort();
    };
  }, []);

  const person = (of: Pick<PeerView, "full_name" | "username" | "account_id">) => ({
    name: displayName(of),
    username: of.username,
    accountId: of.account_id,
  });
  const goOn = async (file: { readonly run: Export; readonly name: string }) => {
    let come = { messages: 0, upTo: null as number | null };
    try {
      const blob = await file.run.run(stopping.current.signal, (progress) => {
        come = progress;
        setNow({ state: "running", ...progress });
      });
      save(blob, file.name);
      setNow({ state: "done", messages: come.messages, name: file.name });
    } catch (error) {
      if (stopping.current.signal.aborted) return;
      setNow({
        state: "stopped",
        ...come,
        reason: reasonOfFailure(error),
      });
    }
  };
  const begin = () => {
    const about = { me: person(account), them: person(peer), madeAt: Date.now() };
    const file = {
      run: new Export(service, cid, peer.conversation, exportWriterOf(format, about)),
      name: fileName(about, format),
    };
    setMade(file);
    setNow({ state: "running", messages: 0, upTo: null });
    void goOn(file);
  };

  return (
    <Dialog
      title={`Export the conversation with ${displayName(peer)}`}
      onClose={onClose}
      className="max-w-md"
    >
      <div className="flex flex-col gap-4 overflow-y-auto px-5 pb-5 text-13">
        {now.state === "asking" ? (
          <>
            <Segments
              label="As"
              options={[
                ["html", "Web page, to read"],
                ["json", "JSON, for programs"],
              ]}
              chosen={format}
              onChoose={setFormat}
            />
            <p className="rounded-card bg-amber-soft p-3 text-amber-ink">
              The file is not sealed: whoever can open it can read it, also what was meant to disappear.
            </p>
          </>
        ) : (
          <p role="status" className="min-h-10 tabular-nums">
            {now.state === "done"
              ? `${count(now.messages)} are in the file “${now.name}”, where your browser keeps downloads.`
              : now.upTo === null
                ? "Reading from the beginning…"
                : `${count(now.messages)} so far, up to ${fullDay(now.upTo)}.`}
          </p>
        )}
        {now.state === "stopped" && now.reason !== undefined && (
          <p role="alert" className="text-red-ink">
            {sentenceOf(now.reason, { peer: displayName(peer) })}
          </p>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{now.state === "done" ? "Close" : "Cancel"}</Button>
          {now.state === "stopped" && made !== null ? (
            <Button
              kind="primary"
              onClick={() => {
                void goOn(made);
              }}
            >
              Go on
            </Button>
          ) : (
            now.state !== "done" && (
              <Button kind="primary" busy={now.state === "running"} onClick={begin}>
                Save the file
              </Button>
            )
          )}
        </div>
      </div>
    </Dialog>
  );
}

function count(messages: number): string {
  return messages === 1 ? "1 message" : `${messages.toLocaleString()} messages`;
}

/** What our own writing of the file stumbled over is no matter of the connection. */
function reasonOfFailure(error: unknown): Reason {
  if (error instanceof Refused) return error.reason;
  return error instanceof ConnectionLost ? CONNECTION_LOST : { code: "internal", params: {}, acts: "retry" };
}
