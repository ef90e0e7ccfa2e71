/** Offers what may be meant while one types it, above the field, which keeps the focus and has the keys. */
import type { ReactNode, RefObject } from "react";
import { useEffect, useId, useState } from "react";

import { emojiHabits, rememberEmoji } from "../../../components/emojiHabits";
import { classes } from "../../../components/classes";
import type { Emoji } from "../../../text/emojis";
import { loadEmojis } from "../../../text/emojis";
import type { Completing, Completable, Wanted } from "./completing";
import { emojiOffers, personOffers, wantedAt } from "./completing";
import { replaceText } from "./fieldText";

interface Completion {
  /** After each change of the text or of the caret. */
  readonly look: (field: HTMLTextAreaElement) => void;
  /** True where the key was for the offers. */
  readonly key: (key: string) => boolean;
  readonly close: () => void;
  /** Null where nothing is offered. */
  readonly list: ReactNode;
  readonly aria: {
    readonly "aria-autocomplete": "list";
    readonly "aria-controls": string | undefined;
    readonly "aria-activedescendant": string | undefined;
  };
}

export function useCompletion(
  field: RefObject<HTMLTextAreaElement | null>,
  people: readonly Completable[],
): Completion {
  const [wanted, setWanted] = useState<Wanted | null>(null);
  /** Where one closed the offers: they stay away until something else is begun. */
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const [place, setPlace] = useState(0);
  const emojis = useEmojisOnce(wanted?.kind === "emoji");
  const id = useId();
  const offers = wanted === null || wanted.start === closedAt ? [] : offersFor(wanted, emojis, people);
  const chosen = Math.min(place, offers.length - 1);

  const take = (offer: Completing) => {
    if (field.current === null || wanted === null) return;
    if (wanted.kind === "emoji") rememberEmoji(offer.text);
    replaceText(field.current, wanted.start, wanted.end, offer.text);
    setWanted(null);
  };

  return {
    look: (now) => {
      const next = now.selectionStart === now.selectionEnd ? wantedAt(now.value, now.selectionStart) : null;
      if (next === null && wanted === null) return; // no key makes React draw anything without need
      if (next?.query !== wanted?.query) setPlace(0);
      if (next === null) setClosedAt(null);
      setWanted(next);
    },
    key: (key) => {
      const offer = offers[chosen];
      if (offer === undefined) return false;
      if (key === "Enter" || key === "Tab") take(offer);
      else if (key === "Escape") setClosedAt(wanted?.start ?? null);
      else if (key === "ArrowDown") setPlace((chosen + 1) % offers.length);
      else if (key === "ArrowUp") setPlace((chosen + offers.length - 1) % offers.length);
      else return false;
      return true;
    },
    close: () => {
      setWanted(null);
    },
    list:
      offers.length === 0 ? null : (
        <div
          id={id}
          role="listbox"
          aria-label={wanted?.kind === "emoji" ? "Emojis" : "People"}
          className="motion-appear absolute inset-x-4 bottom-full z-20 mb-1 max-w-96 overflow-hidden rounded-card border border-line bg-raised p-1 shadow-float tablet:inset-x-6"
        >
          {offers.map((offer, index) => (
            <OfferRow
              key={offer.key}
              id={`${id}-${index.toString()}`}
              offer={offer}
              chosen={index === chosen}
              onTake={() => {
                take(offer);
              }}
            />
          ))}
        </div>
      ),
    aria: {
      "aria-autocomplete": "list",
      "aria-controls": offers.length > 0 ? id : undefined,
      "aria-activedescendant": offers.length > 0 ? `${id}-${chosen.toString()}` : undefined,
    },
  };
}

function OfferRow({
  id,
  offer,
  chosen,
  onTake,
}: {
  readonly id: string;
  readonly offer: Completing;
  readonly chosen: boolean;
  readonly onTake: () => void;
}) {
  return (
    // The field holds the focus and has the keys.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      // A press must not take the focus from the field.
      onPointerDown={(event) => {
        event.preventDefault();
      }}
      onClick={onTake}
      className={classes(
        "flex h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 hover:bg-hover",
        chosen && "bg-selected",
      )}
    >
      <span aria-hidden className="w-6 shrink-0 text-center font-emoji text-18">
        {offer.sign}
      </span>
      <bdi className="min-w-0 flex-1 truncate text-13">{offer.name}</bdi>
      <bdi className="max-w-[50%] truncate text-12 text-ink-3">{offer.note}</bdi>
    </div>
  );
}

function offersFor(
  { kind, query }: Wanted,
  emojis: readonly Emoji[],
  people: readonly Completable[],
): readonly Completing[] {
  return kind === "emoji" ? emojiOffers(emojis, query, emojiHabits().tone) : personOffers(people, query);
}

/** Empty until they are there; where they do not come, one writes without them. */
function useEmojisOnce(needed: boolean): readonly Emoji[] {
  const [emojis, setEmojis] = useState<readonly Emoji[]>([]);
  useEffect(() => {
    if (!needed) return;
    let stale = false;
    loadEmojis().then(
      (all) => {
        if (!stale) setEmojis(all);
      },
      () => undefined,
    );
    return () => {
      stale = true;
    };
  }, [needed]);
  return emojis;
}
