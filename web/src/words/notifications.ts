/** Being told, in words: who shows notifications, what is muted, and until when. */
import type { DesktopTold, MuteView } from "../api/generated";
import type { Leave } from "../state/notificationLeave";
import { endTime } from "./times";

const HOUR = 3_600_000;
const MORNING_HOUR = 8;

/** What a person reads where the browser is asked. */
export const LEAVE_WORDS: Readonly<Record<Leave, string>> = {
  ask: "Be told of messages while you look at something else. The browser asks you once whether it may; one of its tabs then shows them, also in the background.",
  allowed: "This browser shows them, in one of its tabs, also in the background.",
  refused:
    "This browser does not let Casemate show any. To allow it, open the settings of this page with the sign to the left of its address, and choose Notifications.",
  unsupported: "This browser cannot show any for a page like this one.",
};

/** What there is while no tab shows any. */
export function desktopWords(state: DesktopTold["state"], leave: Leave): string {
  const when = leave === "allowed" ? "While no tab is open" : "Meanwhile";
  switch (state) {
    case "works":
    case "unknown":
      return `${when}, this computer shows them itself.`;
    case "missing":
      return `${when}, nothing is shown: this computer has no notifications for programs.`;
    case "off":
      return `${when}, nothing is shown: Casemate was started without this computer’s notifications.`;
  }
}

/** "Muted until 14:02", or "Muted" where somebody has to end it. */
export function mutedWords({ until }: MuteView, now: number): string {
  return until === null ? "Muted" : `Muted until ${endTime(until, now)}`;
}

/** What a menu offers, and until when that is, in the time zone of whoever looks. */
export const MUTES: readonly (readonly [words: string, until: (now: number) => number | null])[] = [
  ["For an hour", (now) => now + HOUR],
  ["Until tomorrow", tomorrow],
  ["Until I turn it on again", () => null],
];

/** When people begin their next day. */
export function tomorrow(now: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + 1);
  return day.setHours(MORNING_HOUR, 0, 0, 0);
}

/** 22:00 of 1320 minutes, as time fields have it. */
export function timeOfMinutes(minutes: number): string {
  const two = (number: number) => number.toString().padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Null while the field is not filled in. */
export function minutesOfTime(time: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time);
  return found === null ? null : Number(found[1]) * 60 + Number(found[2]);
}
