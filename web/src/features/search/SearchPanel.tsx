/** Messages by what they say: in one conversation or in all, beside the conversation that is open. */
import { ArrowLeft, CalendarDays, Search, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { useEffect, useId, useRef, useState } from "react";

import type { FoundMessageView } from "../../api/generated";
import { Button, IconButton } from "../../components/Button";
import { classes } from "../../components/classes";
import { useNow, useWorkspace } from "../../state/context";
import type { WantedMessages } from "../../state/useMessageSearch";
import { useMessageSearch } from "../../state/useMessageSearch";
import { peerIn } from "../../state/workspace";
import type { Workspace } from "../../state/workspace";
import { readQuery, timesOf } from "../../text/searchQuery";
import { displayName } from "../../words/names";
import { personCalled } from "../../words/searching";
import { SearchFilters } from "./SearchFilters";
import { SearchResults } from "./SearchResults";

interface Props {
  /** The one that is open. */
  readonly conversation: string | null;
  /** What is looked for at first, and whether everywhere; a new object begins anew. */
  readonly begins: SearchBeginning;
  readonly onFound: (message: Pick<FoundMessageView, "conversation" | "id">) => void;
  readonly onDay: () => void;
  readonly onClose: () => void;
}

export interface SearchBeginning {
  readonly typed: string;
  readonly everywhere: boolean;
}

export function SearchPanel({ conversation, begins, onFound, onDay, onClose }: Props) {
  const [typed, setTyped] = useState(begins.typed);
  const [everywhere, setEverywhere] = useState(begins.everywhere);
  const [begun, setBegun] = useState(begins);
  const field = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLElement>(null);
  const fieldId = useId();
  if (begun !== begins) {
    setBegun(begins);
    setTyped(begins.typed);
    setEverywhere(begins.everywhere);
  }
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [begins]);

  const peer = useWorkspace((workspace) =>
    conversation === null ? undefined : peerIn(workspace, conversation),
  );
  const here = everywhere || peer === undefined ? null : conversation;
  const wanted = useWanted(typed, here);
  const search = useMessageSearch(wanted === "nobody" ? null : wanted);

  const keyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || event.defaultPrevented) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event, panel.current, field.current);
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={panel}
      aria-label="Search messages"
      className="flex h-full w-full flex-col bg-sidebar [--behind:var(--sidebar)]"
      // Every control in it hears the keys first.
      onKeyDown={keyDown}
    >
      <div className="flex h-14 shrink-0 items-center gap-2 px-4">
        <IconButton
          label="Back"
          className="-ml-2 tablet:hidden"
          icon={<ArrowLeft size={20} aria-hidden />}
          onClick={onClose}
        />
        <h2 className="flex-1 text-15 font-bold">Search messages</h2>
        {peer !== undefined && (
          <IconButton label="Go to a day" icon={<CalendarDays size={18} aria-hidden />} onClick={onDay} />
        )}
        <IconButton
          label="Close search"
          className="-mr-2 max-tablet:hidden"
          icon={<X size={18} aria-hidden />}
          onClick={onClose}
        />
      </div>
      <div className="flex shrink-0 flex-col gap-2.5 border-b border-line px-4 pb-3">
        <div className="relative">
          <Search size={16} aria-hidden className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
          <label htmlFor={fieldId} className="sr-only">
            Words to look for
          </label>
          <input
            ref={field}
            id={fieldId}
            type="search"
            autoComplete="off"
            spellCheck={false}
            dir="auto"
            maxLength={500}
            placeholder="Words, “phrases”, from:name"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
            className="h-9 w-full rounded-control border border-line-strong bg-raised pr-2 pl-9 text-15 text-ink placeholder:text-ink-3 focus-visible:outline-offset-0"
          />
        </div>
        {peer !== undefined && (
          <div role="group" aria-label="Where to look" className="flex rounded-control bg-sunken p-0.5">
            <Scope chosen={!everywhere} onChoose={setEverywhere} everywhere={false}>
              With {displayName(peer)}
            </Scope>
            <Scope chosen={everywhere} onChoose={setEverywhere} everywhere>
              Everywhere
            </Scope>
          </div>
        )}
        <SearchFilters
          typed={typed}
          conversation={here}
          onChange={(text) => {
            setTyped(text);
            field.current?.focus();
          }}
        />
      </div>
      <SearchResults
        typed={typed}
        wanted={wanted}
        search={search}
        narrow={here !== null}
        onEverywhere={() => {
          setEverywhere(true);
        }}
        onFound={onFound}
      />
    </aside>
  );
}

function Scope({
  chosen,
  everywhere,
  onChoose,
  children,
}: {
  readonly chosen: boolean;
  readonly everywhere: boolean;
  readonly onChoose: (everywhere: boolean) => void;
  readonly children: React.ReactNode;
}) {
  return (
    <Button
      kind="quiet"
      size="small"
      aria-pressed={chosen}
      className={classes("min-w-0 flex-1 !shrink", chosen && "!bg-raised !text-ink shadow-card")}
      onClick={() => {
        onChoose(everywhere);
      }}
    >
      <bdi className="truncate">{children}</bdi>
    </Button>
  );
}

/** What the service is asked; null: nothing yet. */
function useWanted(typed: string, conversation: string | null): WantedMessages | "nobody" | null {
  const now = useNow();
  const workspace = useWorkspace((whole) => whole);
  return wantedOf(typed, conversation, workspace, now);
}

function wantedOf(
  typed: string,
  conversation: string | null,
  workspace: Workspace,
  now: number,
): WantedMessages | "nobody" | null {
  const { words, filters } = readQuery(typed, now);
  if (words === "" && filters.length === 0) return null;
  const from = filters.findLast((filter) => filter.kind === "from");
  const person = from === undefined ? null : personCalled(from.name, workspace);
  if (from !== undefined && person === null) return "nobody";
  const times = timesOf(filters);
  return {
    words,
    conversation,
    author: person?.account_id ?? null,
    from_time: times.from,
    to_time: times.to,
    has_link: filters.some(({ kind }) => kind === "link"),
  };
}

/** From the field to the results, and among them. */
function walk(
  event: KeyboardEvent<HTMLElement>,
  panel: HTMLElement | null,
  field: HTMLInputElement | null,
): void {
  const results = [...(panel?.querySelectorAll<HTMLElement>("[data-result]") ?? [])];
  const at = results.findIndex((result) => result === document.activeElement);
  if (at === -1 && document.activeElement !== field) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  if (next === -1) field?.focus();
  else results[Math.min(next, results.length - 1)]?.focus();
}
