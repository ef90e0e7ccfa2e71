import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { TYPING_MILLISECONDS, TypingEnds } from "./typing";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const note = (typing: boolean) => ({ type: "TypingChanged" as const, conversation: "c1".repeat(16), typing });

test("typing ends by itself when nothing more is heard, and later when it is said again", () => {
  const end = vi.fn();
  const ends = new TypingEnds(end);
  ends.heard(note(true));
  vi.advanceTimersByTime(TYPING_MILLISECONDS - 1);
  ends.heard(note(true));
  vi.advanceTimersByTime(TYPING_MILLISECONDS - 1);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(end.mock.calls).toEqual([[note(false)]]);
});

test("who said that they stopped does not stop twice", () => {
  const end = vi.fn();
  const ends = new TypingEnds(end);
  ends.heard(note(true));
  ends.heard(note(false));
  vi.advanceTimersByTime(TYPING_MILLISECONDS * 2);
  expect(end).not.toHaveBeenCalled();
});
