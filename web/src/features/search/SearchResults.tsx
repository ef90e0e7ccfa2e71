/** What was found, and everything else that may be said of a search. */
import { SearchX, TextSearch, Unplug } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

import type { FoundMessageView } from "../../api/generated";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { FoundText } from "../../components/FoundText";
import { useNow, useWorkspace } from "../../state/context";
import type { MessageSearch } from "../../state/useMessageSearch";
import { peerIn } from "../../state/workspace";
import { displayName } from "../../words/names";
import { sentenceOf } from "../../words/reasons";
import { writerOf } from "../../words/searching";
import { clockTime, dayName, fullTime, isoTime } from "../../words/times";

interface Props {
  readonly typed: string;
  readonly wanted: object | "nobody" | null;
  readonly search: MessageSearch;
  /** Only one conversation is looked at. */
  readonly narrow: boolean;
  readonly onEverywhere: () => void;
  readonly onFound: (message: FoundMessageView) => void;
}

export function SearchResults({ typed, wanted, search, narrow, onEverywhere, onFound }: Props) {
  const { messages, looking, problem, more, again } = search;
  const none = messages.length === 0;
  if (wanted === null) return <Tips />;
  if (wanted === "nobody")
    return (
      <Said>
        <EmptyState icon={<SearchX size={22} />} title="Nobody here is called that">
          After from: stands a name or a username of somebody you know, or me.
        </EmptyState>
      </Said>
    );
  return (
    <Said>
      <p role="status" className="sr-only">
        {looking ? "" : none ? "Nothing found" : countOf(messages.length, more !== null)}
      </p>
      {none && looking && <Looking />}
      {none && !looking && problem === null && (
        <EmptyState
          icon={<SearchX size={22} />}
          title="Nothing found"
          action={narrow && <Button onClick={onEverywhere}>Look everywhere</Button>}
        >
          <p>
            {typed.includes('"') ? "Try it without quotation marks, or with " : "Try "}
            fewer words, or only their beginning: <i>casem</i> finds Casemate.
          </p>
        </EmptyState>
      )}
      {!none && (
        <ol aria-label="Found messages" aria-busy={looking} className="flex flex-col py-1">
          {messages.map((message) => (
            <Result
              key={`${message.conversation} ${message.id}`}
              message={message}
              narrow={narrow}
              onFound={onFound}
            />
          ))}
        </ol>
      )}
      {problem !== null && (
        <EmptyState
          icon={<Unplug size={22} />}
          title="The search did not come to its end"
          action={<Button onClick={again}>Try again</Button>}
        >
          {sentenceOf(problem)}
        </EmptyState>
      )}
      {more !== null && <More onMore={more} />}
    </Said>
  );
}

function Result({
  message,
  narrow,
  onFound,
}: {
  readonly message: FoundMessageView;
  readonly narrow: boolean;
  readonly onFound: (message: FoundMessageView) => void;
}) {
  const now = useNow();
  const peers = useWorkspace((workspace) => workspace.peers);
  const other = useWorkspace((workspace) => peerIn(workspace, message.conversation));
  const writer = writerOf(message, peers);
  const where = message.mine && other !== undefined && !narrow ? ` to ${displayName(other)}` : "";
  return (
    <li>
      <button
        type="button"
        data-result
        onClick={() => {
          onFound(message);
        }}
        className="flex w-full flex-col gap-0.5 px-4 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
      >
        <span className="flex w-full items-baseline gap-2 text-13">
          <span className="min-w-0 flex-1 truncate font-medium">
            <bdi>{writer}</bdi>
            {where !== "" && <bdi className="font-normal text-ink-3">{where}</bdi>}
          </span>
          <time
            dateTime={isoTime(message.shown_at)}
            title={fullTime(message.shown_at)}
            className="shrink-0 text-12 text-ink-3 tabular-nums"
          >
            {whenOf(message.shown_at, now)}
          </time>
        </span>
        <FoundText
          pieces={message.pieces}
          cutBefore={message.cut_before}
          cutAfter={message.cut_after}
          className="line-clamp-3 text-13 leading-5 break-words text-ink-2"
        />
      </button>
    </li>
  );
}

/** Asked for when it comes into sight, and by who does not scroll. */
function More({ onMore }: { readonly onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) onMore();
    });
    seen.observe(element);
    return () => {
      seen.disconnect();
    };
  }, [onMore]);
  return (
    <div ref={place} className="flex justify-center pt-1 pb-4">
      <Button kind="quiet" size="small" onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}

function Looking() {
  return (
    <div role="status" aria-label="Looking" className="flex flex-col gap-5 px-4 py-4">
      {[72, 88, 54, 80].map((width) => (
        <span key={width} className="flex flex-col gap-2">
          <span className="skeleton h-3 w-28" />
          <span className="skeleton h-4" style={{ width: `${width.toString()}%` }} />
        </span>
      ))}
    </div>
  );
}

const EXAMPLES = [
  ["project pla", "words, and how they begin"],
  ['"see you tomorrow"', "exactly this"],
  ["from:bea", "what somebody wrote"],
  ["before:2026-05-01", "also after: and on:"],
  ["has:link", "what leads somewhere"],
] as const;

function Tips() {
  return (
    <Said>
      <EmptyState icon={<TextSearch size={22} />} title="Find what was said">
        It is looked for on this computer only; nobody else learns of it.
      </EmptyState>
      <dl className="mx-auto grid max-w-sm grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2 px-6 pb-6 text-13">
        {EXAMPLES.map(([typed, meaning]) => (
          <div key={typed} className="contents">
            <dt className="font-mono text-12">{typed}</dt>
            <dd className="text-ink-2">{meaning}</dd>
          </div>
        ))}
      </dl>
    </Said>
  );
}

function Said({ children }: { readonly children: ReactNode }) {
  return <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>;
}

/** 14:02 today, Yesterday 14:02, 3 March 14:02 */
function whenOf(time: number, now: number): string {
  const day = dayName(time, now);
  return day === "Today" ? clockTime(time) : `${day} ${clockTime(time)}`;
}

function countOf(count: number, more: boolean): string {
  if (more) return `The first ${count.toString()} messages`;
  return count === 1 ? "1 message found" : `${count.toString()} messages found`;
}
