/** What the service says again, word for word, is no news: it stays the object that is known already. */

/** `now`, with every part of it that says the same as in `before` taken from there; both are decoded JSON. */
export function sharing<Value>(before: unknown, now: Value): Value {
  if (before === now || !isComposite(before) || !isComposite(now)) return now;
  if (Array.isArray(before) !== Array.isArray(now)) return now;
  const names = Object.keys(now);
  const parts = names.map((name) => sharing(before[name], now[name]));
  if (names.length === Object.keys(before).length && names.every((name, at) => parts[at] === before[name]))
    return before as Value;
  return (
    Array.isArray(now) ? parts : Object.fromEntries(names.map((name, at) => [name, parts[at]]))
  ) as Value;
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
