/** What somebody says of how they are, as long as it holds. */
import type { StatusView } from "../api/generated";
import { endTime, sinceTime } from "./times";

const DAY = 86_400_000;

/** Null: they say nothing, or no more. */
export function presentStatus(
  { status }: { readonly status: StatusView | null },
  now: number,
): StatusView | null {
  return status?.until != null && status.until <= now ? null : status;
}

/** When it ends, or since when it stands where that is long ago; empty: neither is worth a word. */
export function statusTimeWords({ set_at, until }: StatusView, now: number): string {
  if (until !== null) return `until ${endTime(until, now)}`;
  return now - set_at > DAY ? `since ${sinceTime(set_at, now)}` : "";
}
