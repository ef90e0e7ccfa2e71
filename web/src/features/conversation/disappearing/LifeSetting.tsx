/** For how long messages of a conversation live: what is in force, and what either of the two makes it. */
import { useId, useState } from "react";

import { Button } from "../../../components/Button";
import { useAttempt, useSession, useWorkspace } from "../../../state/context";
import { peerIn } from "../../../state/workspace";
import { LIFE_UNITS, LIVES, livesName, NOT_PROMISED, typedLife } from "../../../words/disappearing";
import { displayName } from "../../../words/names";
import { sentenceOf } from "../../../words/reasons";

const OTHER = "other";
const FIELD = "h-9 rounded-control border border-line-strong bg-raised px-2 text-13";

export function LifeSetting({ conversation }: { readonly conversation: string }) {
  const { service, cid } = useSession();
  const peer = useWorkspace((workspace) => peerIn(workspace, conversation));
  const livesFor = useWorkspace(({ conversations }) => conversations.get(conversation)?.lives_for ?? null);
  const [attempt, run] = useAttempt();
  /** What the list shows, until it is set: an arrow key alone would say it to both. */
  const [chosen, setChosen] = useState<string | null>(null);
  const id = useId();
  if (peer === undefined) return null;
  const name = displayName(peer);
  const writable = (peer.connection === "connected" || peer.awaited) && !peer.blocked;
  const choose = (life: number | null) => {
    void run(() => service.request("SetDisappearing", { cid, conversation, lives_for: life })).then(
      (done) => {
        if (done) setChosen(null);
      },
    );
  };
  const busy = attempt.state === "running";
  const inForce = (livesFor ?? 0).toString();
  const offered = LIVES.includes(livesFor) ? LIVES : [...LIVES, livesFor];
  return (
    <div className="flex flex-col gap-2 text-13">
      <select
        aria-label="Messages disappear after"
        aria-describedby={id}
        className={`${FIELD} w-full disabled:text-ink-3`}
        disabled={!writable}
        aria-busy={busy}
        value={chosen ?? inForce}
        onChange={({ currentTarget: { value } }) => {
          setChosen(value === inForce ? null : value);
        }}
      >
        {offered.map((life) => (
          <option key={life ?? 0} value={life ?? 0}>
            {livesName(life)}
          </option>
        ))}
        <option value={OTHER}>Another time…</option>
      </select>
      {chosen === OTHER && <AnotherLife busy={busy} onSet={choose} />}
      {chosen !== null && chosen !== OTHER && (
        <Button
          size="small"
          className="h-9 self-start"
          busy={busy}
          onClick={() => {
            choose(Number(chosen) || null);
          }}
        >
          Set for both of you
        </Button>
      )}
      <p id={id} className="text-12 text-pretty text-ink-3">
        {writable ? (
          <>
            For what you and <bdi>{name}</bdi> write from now on: theirs counts from when you read it, yours
            from when it was sent, and what nobody reads goes after 30 days. {NOT_PROMISED}
          </>
        ) : (
          <>
            You can change this while you and <bdi>{name}</bdi> are connected.
          </>
        )}
      </p>
      {attempt.state === "refused" && (
        <p role="alert" className="text-red-ink">
          {sentenceOf(attempt.reason, { peer: name })}
        </p>
      )}
    </div>
  );
}

function AnotherLife({ busy, onSet }: { readonly busy: boolean; readonly onSet: (seconds: number) => void }) {
  const [count, setCount] = useState("2");
  const [unit, setUnit] = useState<number>(LIFE_UNITS[2][0]);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  return (
    <form
      className="flex flex-col gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        const life = typedLife(count, unit);
        setProblem(typeof life === "string" ? life : null);
        if (typeof life === "number") onSet(life);
      }}
    >
      <div className="flex gap-2">
        <input
          aria-label="How many"
          inputMode="numeric"
          autoComplete="off"
          aria-invalid={problem !== null || undefined}
          aria-describedby={problem === null ? undefined : id}
          className={`${FIELD} w-16 min-w-0`}
          value={count}
          onChange={({ currentTarget }) => {
            setCount(currentTarget.value);
          }}
        />
        <select
          aria-label="Of what"
          className={`${FIELD} min-w-0 flex-1`}
          value={unit}
          onChange={({ currentTarget }) => {
            setUnit(Number(currentTarget.value));
          }}
        >
          {LIFE_UNITS.map(([seconds, words]) => (
            <option key={seconds} value={seconds}>
              {words}
            </option>
          ))}
        </select>
        <Button size="small" className="h-9" busy={busy} type="submit">
          Set
        </Button>
      </div>
      {problem !== null && (
        <p id={id} role="alert" className="text-12 text-red-ink">
          {problem}
        </p>
      )}
    </form>
  );
}
