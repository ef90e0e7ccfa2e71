/** A value that can be watched; the bridge between plain state and React. */
import { useRef, useSyncExternalStore } from "react";

export interface Store<State> {
  readonly get: () => State;
  readonly subscribe: (listener: () => void) => () => void;
}

export class WritableStore<State> implements Store<State> {
  private readonly listeners = new Set<() => void>();

  constructor(private state: State) {}

  get = (): State => this.state;

  set(state: State): void {
    if (Object.is(state, this.state)) return;
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }

  update(change: (state: State) => State): void {
    this.set(change(this.state));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Re-renders only when what was selected is another value, or other elements of a list. */
export function useSelect<State, Selected>(
  store: Store<State>,
  select: (state: State) => Selected,
): Selected {
  const last = useRef<{ readonly selected: Selected } | null>(null);
  return useSyncExternalStore(store.subscribe, () => {
    const selected = select(store.get());
    if (last.current === null || !sameSelection(last.current.selected, selected)) last.current = { selected };
    return last.current.selected;
  });
}

function sameSelection(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item, index) => Object.is(item, b[index]));
}
