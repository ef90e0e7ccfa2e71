/** What is to be sent later in a conversation, above the place where one writes. */
import { CalendarClock, Ellipsis, Hourglass } from "lucide-react";
import { useState } from "react";

import type { ScheduledView } from "../../../api/generated";
import { Button, IconButton } from "../../../components/Button";
import { Menu, MenuItem, MenuLine } from "../../../components/Menu";
import { useAttempt, useNow, useSession } from "../../../state/context";
import { fewMarks } from "../../../text/bounded";
import { dueWords, SOON_MILLISECONDS } from "../../../words/later";
import { sentenceOf } from "../../../words/reasons";
import AnotherTime from "./AnotherTime";

const LONGEST_SHOWN = 120;
const SHOWN_AT_FIRST = 2;

interface Props {
  readonly scheduled: readonly ScheduledView[];
  readonly peerName: string;
}

export default function ScheduledList({ scheduled, peerName }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? scheduled : scheduled.slice(0, SHOWN_AT_FIRST);
  return (
    <section aria-label="To be sent later" className="w-full max-w-column px-4 pb-2 tablet:px-6">
      <ul className="flex max-h-[30dvh] flex-col gap-1 overflow-y-auto">
        {shown.map((each) => (
          <ScheduledRow key={each.id} scheduled={each} peerName={peerName} />
        ))}
      </ul>
      {scheduled.length > SHOWN_AT_FIRST && (
        <Button
          size="small"
          kind="quiet"
          className="h-auto! min-h-7 max-w-full shrink whitespace-normal!"
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? "Show fewer" : `Show all ${scheduled.length.toString()} that are to be sent later`}
        </Button>
      )}
    </section>
  );
}

function ScheduledRow({
  scheduled,
  peerName,
}: {
  readonly scheduled: ScheduledView;
  readonly peerName: string;
}) {
  const { service, cid, outgoing } = useSession();
  const [attempt, run] = useAttempt();
  const [asking, setAsking] = useState(false);
  const busy = attempt.state === "running";
  const { id, text, due_at, refused } = scheduled;
  const change = (at: number) => {
    void run(() => service.request("ChangeScheduled", { cid, message_id: id, due_at: at }));
  };
  const takeBack = () => {
    void run(() => outgoing.takeBack(scheduled));
  };
  const now = useNow(1000);
  const soon = due_at - now < SOON_MILLISECONDS && refused === null;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-card border border-line bg-sunken py-1 pr-1 pl-3 text-13">
      <span aria-hidden className="shrink-0 text-ink-3">
        {soon ? <Hourglass size={15} /> : <CalendarClock size={15} />}
      </span>
      <span className="flex min-w-0 flex-1 basis-52 flex-col tablet:flex-row tablet:gap-3">
        <span className="shrink-0 font-medium tabular-nums">
          {refused !== null ? "To be sent" : soon ? "Sending" : "Goes"} {dueWords(due_at, now)}
        </span>
        <bdi className="min-w-0 truncate text-ink-2">{fewMarks(text.slice(0, LONGEST_SHOWN))}</bdi>
      </span>
      {soon ? (
        <Button size="small" busy={busy} onClick={takeBack}>
          Undo
        </Button>
      ) : (
        <Menu
          side="top"
          trigger={<IconButton label="What to do with it" icon={<Ellipsis size={17} aria-hidden />} />}
        >
          <MenuItem
            onSelect={() => {
              change(0);
            }}
          >
            Send now
          </MenuItem>
          <MenuItem
            onSelect={() => {
              setAsking(true);
            }}
          >
            Change the time…
          </MenuItem>
          <MenuItem onSelect={takeBack}>Back to the composer</MenuItem>
          <MenuLine />
          <MenuItem
            danger
            onSelect={() => {
              void run(() => service.request("CancelScheduled", { cid, message_id: id }));
            }}
          >
            Delete
          </MenuItem>
        </Menu>
      )}
      {refused !== null && attempt.state !== "refused" && (
        <p className="basis-full pb-1 text-12 text-amber-ink">
          {sentenceOf(refused, { peer: peerName })}{" "}
          {refused.code !== "held_back" && "It goes as soon as that has changed."}
        </p>
      )}
      {attempt.state === "refused" && (
        <p role="alert" className="basis-full pb-1 text-red-ink">
          {sentenceOf(attempt.reason, { peer: peerName })}
        </p>
      )}
      {asking && (
        <AnotherTime
          title="When to send it"
          action="Send then"
          at={due_at}
          onPick={change}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </li>
  );
}
