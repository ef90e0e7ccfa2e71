/** The filters of a search: those that are typed, each to be taken away, and others that can be put in. */
import { CalendarDays, Link2, UserRound, X } from "lucide-react";

import { Button } from "../../components/Button";
import { Menu, MenuItem, MenuNote } from "../../components/Menu";
import { useNow, useWorkspace } from "../../state/context";
import { peerIn } from "../../state/workspace";
import { readQuery, typedDay, withFilter, withoutFilter } from "../../text/searchQuery";
import { directMessagesOf } from "../../words/lists";
import { displayName } from "../../words/names";
import { filterText, typedFrom } from "../../words/searching";

interface Props {
  readonly typed: string;
  /** Where only its two people write. */
  readonly conversation: string | null;
  readonly onChange: (typed: string) => void;
}

const MOST_PEOPLE = 12;
const DAY = 24 * 3_600_000;

export function SearchFilters({ typed, conversation, onChange }: Props) {
  const now = useNow();
  const workspace = useWorkspace((whole) => whole);
  const { filters } = readQuery(typed, now);
  const put = (raw: string) => () => {
    onChange(withFilter(typed, raw, now));
  };
  const other = conversation === null ? undefined : peerIn(workspace, conversation);
  const people = other === undefined ? directMessagesOf(workspace).slice(0, MOST_PEOPLE) : [other];
  const has = (kind: string) => filters.some((filter) => filter.kind === kind);
  return (
    <div className="flex flex-wrap gap-1.5">
      {filters.map((filter) => {
        const text = filterText(filter, workspace, now);
        return (
          <button
            key={filter.raw}
            type="button"
            aria-label={`${text}: take this filter away`}
            onClick={() => {
              onChange(withoutFilter(typed, filter));
            }}
            className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-round border border-transparent bg-accent-soft pr-2 pl-3 text-13 font-medium text-accent-ink hover:bg-accent hover:text-on-accent"
          >
            <bdi className="truncate">{text}</bdi>
            <X size={14} aria-hidden className="shrink-0" />
          </button>
        );
      })}
      {!has("from") && (
        <Menu
          align="start"
          trigger={
            <Button kind="secondary" size="small" icon={<UserRound size={14} aria-hidden />}>
              From
            </Button>
          }
        >
          <MenuItem onSelect={put("from:me")}>You</MenuItem>
          {people.map((peer) => (
            <MenuItem key={peer.account_id} onSelect={put(typedFrom(peer))}>
              <bdi className="truncate">{displayName(peer)}</bdi>
            </MenuItem>
          ))}
        </Menu>
      )}
      {!has("day") && (
        <Menu
          align="start"
          trigger={
            <Button kind="secondary" size="small" icon={<CalendarDays size={14} aria-hidden />}>
              When
            </Button>
          }
        >
          <MenuItem onSelect={put("on:today")}>Today</MenuItem>
          <MenuItem onSelect={put("on:yesterday")}>Yesterday</MenuItem>
          <MenuItem onSelect={put(`after:${typedDay(now - 8 * DAY)}`)}>The last 7 days</MenuItem>
          <MenuItem onSelect={put(`after:${typedDay(now - 31 * DAY)}`)}>The last 30 days</MenuItem>
          <MenuNote>Or type on:2026-05-01, before: or after:</MenuNote>
        </Menu>
      )}
      {!has("link") && (
        <Button
          kind="secondary"
          size="small"
          icon={<Link2 size={14} aria-hidden />}
          onClick={put("has:link")}
        >
          With a link
        </Button>
      )}
    </div>
  );
}
