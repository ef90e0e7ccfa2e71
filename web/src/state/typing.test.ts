import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { TYPING_MILLISECONDS, TypingEnds } from "./typing";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const note = (peer_cid: bigint, typing: boolean) => ({ type: "TypingChanged" as const, peer_cid, typing });

test("typing ends by itself when nothing more is heard, and later when it is said again", () => {
  const end = vi.fn();
  const ends = new TypingEnds(end);
  ends.heard(note(1n, true));
  vi.advanceTimersByTime(TYPING_MILLISECONDS - 1);
  ends.heard(note(1n, true));
  vi.advanceTimersByTime(TYPING_MILLISECONDS - 1);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end.mock.calls).toEqual([[note(1n, false)]]);
});

test("who said that they stopped does not stop twice", () => {
  const end = vi.fn();
  const ends = new TypingEnds(end);
  ends.heard(note(1n, true));
  ends.heard(note(1n, false));
  vi.advanceTimersByTime(TYPING_MILLISECONDS * 2);
  expect(end).not.toHaveBeenCalled();
});
