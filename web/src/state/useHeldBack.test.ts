import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { useHeldBack } from "./useHeldBack";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number) => {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
};

test("what is seen as it comes is never counted", () => {
  const { result, rerender } = renderHook(useHeldBack, { initialProps: 0 });
  rerender(1);
  expect(result.current).toBe(0);
  pass(50);
  rerender(0);
  pass(1000);
  expect(result.current).toBe(0);
});

test("what waits is counted after a moment, however fast more comes, and what was read at once", () => {
  const { result, rerender } = renderHook(useHeldBack, { initialProps: 0 });
  for (const count of [1, 2, 3]) {
    rerender(count);
    pass(200);
  }
  expect(result.current).toBe(3);
  rerender(1);
  expect(result.current).toBe(1);
  pass(1);
  rerender(2);
  expect(result.current).toBe(1);
});
