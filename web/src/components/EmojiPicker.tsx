/** All emojis, to pick one: found by its name, or by looking. The search keeps the focus and has the keys. */
import { Search } from "lucide-react";
import type { KeyboardEvent, PointerEvent } from "react";
import { memo, useEffect, useId, useMemo, useRef, useState } from "react";

import type { Emoji } from "../text/emojis";
import { findEmojis, loadEmojis, toned } from "../text/emojis";
import { Button } from "./Button";
import { classes } from "./classes";
import { emojiHabits, rememberEmoji, rememberTone } from "./emojiHabits";

interface Props {
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

const COLUMNS = 8;
/** As Unicode numbers them; 2 is hair and skin by themselves, which nobody picks. */
const GROUPS: readonly (readonly [number, string, string])[] = [
  [0, "Smileys", "😀"],
  [1, "People", "👋"],
  [3, "Animals and nature", "🐻"],
  [4, "Food and drink", "🍎"],
  [5, "Travel and places", "🚗"],
  [6, "Activities", "⚽"],
  [7, "Objects", "💡"],
  [8, "Symbols", "💜"],
  [9, "Flags", "🏁"],
];
const TONE_NAMES = ["No skin tone", "Light", "Medium-light", "Medium", "Medium-dark", "Dark"];
const HANDS = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"];

interface Shown {
  readonly key: string;
  readonly name: string;
  readonly sign: string;
  readonly emojis: readonly Emoji[];
  /** Among all that is shown. */
  readonly start: number;
}

export function EmojiPicker({ onPick, onClose }: Props) {
  const [emojis, failed, again] = useEmojis();
  const [query, setQuery] = useState("");
  const [tone, setTone] = useState(() => emojiHabits().tone);
  /** Where the keys are; null until one points or goes somewhere. */
  const [place, setPlace] = useState<number | null>(null);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const recent = useMemo(() => recentOf(emojis ?? []), [emojis]);
  const groups = useMemo(() => groupsOf(emojis ?? [], recent, query), [emojis, recent, query]);
  const count = groups.reduce((sum, group) => sum + group.emojis.length, 0);
  const active = count === 0 ? null : (place ?? (query === "" ? null : 0));
  const at = active === null ? undefined : emojiAt(groups, active);

  useEffect(() => {
    // On a touch screen this would open the keyboard over what one came to look at.
    if (matchMedia("(pointer: fine)").matches) search.current?.focus({ preventScroll: true });
  }, []);

  const pick = (emoji: Emoji) => {
    const picked = toned(emoji, tone);
    rememberEmoji(picked);
    onPick(picked);
  };

  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (at !== undefined) pick(at);
    } else {
      // In words one moves the caret, until one has gone to the emojis.
      const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
      if (sideways && query !== "" && place === null) return;
      const next = moved(groups, active, event.key);
      if (next === null) return;
      event.preventDefault();
      setPlace(next);
      document.getElementById(cellId(id, next))?.scrollIntoView({ block: "nearest" });
    }
  };

  const pointed = (event: PointerEvent) => {
    const cell = cellOf(event.target);
    if (cell !== null && event.pointerType === "mouse") setPlace(cell);
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Search size={16} aria-hidden className="text-ink-3" />
        <input
          ref={search}
          role="combobox"
          aria-label="Find an emoji"
          aria-haspopup="grid"
          aria-expanded
          aria-controls={`${id}-grid`}
          aria-activedescendant={active === null ? undefined : cellId(id, active)}
          placeholder="Find an emoji…"
          autoComplete="off"
          dir="auto"
          value={query}
          onKeyDown={keyDown}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setPlace(null);
            if (list.current !== null) list.current.scrollTop = 0;
          }}
          className="h-10 min-w-0 flex-1 bg-transparent text-15 placeholder:text-ink-3 focus-visible:outline-none"
        />
      </div>
      {query === "" && (
        <nav
          aria-label="Kinds of emojis"
          className="flex shrink-0 overflow-x-auto border-b border-line px-1 py-0.5"
        >
          {groups.map((group) => (
            <button
              key={group.key}
              type="button"
              aria-label={group.name}
              title={group.name}
              onClick={() => {
                document.getElementById(`${id}-${group.key}`)?.scrollIntoView({ block: "start" });
              }}
              className="h-8 min-w-8 flex-1 rounded-control font-emoji text-15 hover:bg-hover"
            >
              <span aria-hidden>{group.sign}</span>
            </button>
          ))}
        </nav>
      )}
      {/* The search holds the focus and has the keys. */}
      {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */}
      <div
        ref={list}
        id={`${id}-grid`}
        role="grid"
        aria-label="Emojis"
        aria-busy={emojis === null && !failed}
        onPointerOver={pointed}
        onClick={({ target }) => {
          const cell = cellOf(target);
          const picked = cell === null ? undefined : emojiAt(groups, cell);
          if (picked !== undefined) pick(picked);
        }}
        className="min-h-0 flex-1 overflow-y-auto px-2 pb-2"
      >
        {groups.map((group) => (
          <Group
            key={group.key}
            id={id}
            group={group}
            tone={tone}
            active={active !== null && isIn(group, active) ? active : null}
          />
        ))}
        {emojis === null && !failed && <Waiting />}
      </div>
      {failed && (
        <div role="alert" className="flex flex-1 flex-col items-center gap-2 p-4 text-13 text-ink-2">
          The emojis could not be loaded.
          <Button size="small" onClick={again}>
            Try again
          </Button>
        </div>
      )}
      {emojis !== null && count === 0 && (
        <p className="flex-1 px-4 text-center text-13 text-ink-3">No emoji is called that.</p>
      )}
      <p role="status" className="sr-only">
        {query !== "" && emojis !== null && `${count.toString()} found`}
      </p>
      <div className="flex h-11 shrink-0 items-center gap-2 border-t border-line pr-1 pl-3">
        <span aria-hidden className="min-w-0 flex-1 truncate text-13 text-ink-2">
          {at === undefined ? "" : `${toned(at, tone)} ${at.name}`}
        </span>
        <Tones
          tone={tone}
          onTone={(chosen) => {
            rememberTone(chosen);
            setTone(chosen);
          }}
        />
      </div>
    </div>
  );
}

/** Out of sight it costs the browser nothing: there are two thousand. */
const Group = memo(function Group({
  id,
  group,
  tone,
  active,
}: {
  readonly id: string;
  readonly group: Shown;
  readonly tone: number;
  readonly active: number | null;
}) {
  const rows = Array.from({ length: Math.ceil(group.emojis.length / COLUMNS) }, (_, row) => row * COLUMNS);
  return (
    <div
      role="rowgroup"
      id={`${id}-${group.key}`}
      aria-label={group.name}
      className="[content-visibility:auto]"
      style={{ containIntrinsicHeight: `${(rows.length * 2.5 + 1.75).toString()}rem` }}
    >
      <div role="presentation" className="flex h-7 items-center px-1 text-12 font-medium text-ink-3">
        {group.name}
      </div>
      {rows.map((row) => (
        <div key={row} role="row" className="grid grid-cols-8">
          {group.emojis.slice(row, row + COLUMNS).map((emoji, column) => {
            const place = group.start + row + column;
            return (
              <div
                key={emoji.emoji}
                role="gridcell"
                id={cellId(id, place)}
                data-place={place}
                aria-label={emoji.name}
                aria-selected={place === active}
                className={classes(
                  "flex h-10 cursor-pointer items-center justify-center overflow-hidden rounded-control font-emoji text-24 leading-none select-none",
                  place === active && "bg-selected",
                )}
              >
                {toned(emoji, tone)}
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
});

function Tones({ tone, onTone }: { readonly tone: number; readonly onTone: (tone: number) => void }) {
  const name = useId();
  return (
    <fieldset className="flex shrink-0">
      <legend className="sr-only">Skin tone</legend>
      {HANDS.map((hand, place) => (
        <label
          key={hand}
          title={TONE_NAMES[place]}
          className="flex size-7 cursor-pointer items-center justify-center rounded-control font-emoji text-15 hover:bg-hover has-checked:bg-selected has-focus-visible:outline-2 has-focus-visible:outline-focus"
        >
          <input
            type="radio"
            name={name}
            aria-label={TONE_NAMES[place]}
            checked={tone === place}
            onChange={() => {
              onTone(place);
            }}
            className="sr-only !min-h-0 !min-w-0"
          />
          <span aria-hidden>{hand}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Waiting() {
  return (
    <div aria-hidden className="grid grid-cols-8 gap-2 p-2">
      {Array.from({ length: 5 * COLUMNS }, (_, place) => (
        <span key={place} className="skeleton h-8" />
      ))}
    </div>
  );
}

function useEmojis(): readonly [readonly Emoji[] | null, boolean, () => void] {
  const [emojis, setEmojis] = useState<readonly Emoji[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let stale = false;
    loadEmojis().then(
      (all) => {
        if (!stale) setEmojis(all);
      },
      () => {
        if (!stale) setFailed(true);
      },
    );
    return () => {
      stale = true;
    };
  }, [tries]);
  const again = () => {
    setFailed(false);
    setTries(tries + 1);
  };
  return [emojis, failed, again];
}

/** As they were picked: with their tone. */
function recentOf(emojis: readonly Emoji[]): readonly Emoji[] {
  const byEmoji = new Map(
    emojis.flatMap((emoji) => [emoji.emoji, ...emoji.tones].map((drawn) => [drawn, emoji])),
  );
  return emojiHabits().recent.flatMap((drawn) => {
    const emoji = byEmoji.get(drawn);
    return emoji === undefined ? [] : [{ ...emoji, emoji: drawn, tones: [] }];
  });
}

function groupsOf(emojis: readonly Emoji[], recent: readonly Emoji[], query: string): readonly Shown[] {
  const kinds: readonly Omit<Shown, "start">[] =
    query.trim() !== ""
      ? [{ key: "found", name: "Found", sign: "", emojis: findEmojis(emojis, query) }]
      : [
          { key: "recent", name: "Recently used", sign: "🕘", emojis: recent },
          ...GROUPS.map(([number, name, sign]) => ({
            key: number.toString(),
            name,
            sign,
            emojis: emojis.filter(({ group }) => group === number),
          })),
        ];
  let start = 0;
  return kinds
    .filter((kind) => kind.emojis.length > 0)
    .map((kind) => {
      const shown = { ...kind, start };
      start += kind.emojis.length;
      return shown;
    });
}

function isIn({ start, emojis }: Shown, place: number): boolean {
  return place >= start && place < start + emojis.length;
}

function emojiAt(groups: readonly Shown[], place: number): Emoji | undefined {
  const group = groups.find((one) => isIn(one, place));
  return group?.emojis[place - group.start];
}

/** Where a key leads from a place; null where it leads nowhere. Rows end with their group. */
function moved(groups: readonly Shown[], place: number | null, key: string): number | null {
  const rows = groups.flatMap(({ start, emojis }) =>
    Array.from({ length: Math.ceil(emojis.length / COLUMNS) }, (_, row) => ({
      start: start + row * COLUMNS,
      length: Math.min(COLUMNS, emojis.length - row * COLUMNS),
    })),
  );
  const last = rows.at(-1);
  if (last === undefined) return null;
  if (place === null) return key === "ArrowDown" || key === "ArrowRight" ? 0 : null;
  const row = rows.findIndex(({ start, length }) => place < start + length);
  const column = place - (rows[row]?.start ?? 0);
  switch (key) {
    case "ArrowLeft":
      return Math.max(0, place - 1);
    case "ArrowRight":
      return Math.min(last.start + last.length - 1, place + 1);
    case "ArrowUp":
    case "ArrowDown": {
      const next = rows[row + (key === "ArrowUp" ? -1 : 1)];
      return next === undefined ? place : next.start + Math.min(column, next.length - 1);
    }
    default:
      return null;
  }
}

function cellId(id: string, place: number): string {
  return `${id}-cell-${place.toString()}`;
}

function cellOf(target: EventTarget): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-place]") : null;
  return cell === null ? null : Number(cell.dataset.place);
}
