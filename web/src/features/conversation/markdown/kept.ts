/** What was made of a text lately is not made again: rows come and go while one scrolls. */

const MOST = 200;

/** The same function, with its last results. */
export function keeping<Made>(make: (text: string) => Made): (text: string) => Made {
  const kept = new Map<string, { readonly made: Made }>();
  return (text) => {
    const before = kept.get(text);
    if (before !== undefined) return before.made;
    const made = make(text);
    const oldest = kept.keys().next();
    if (kept.size >= MOST && oldest.done !== true) kept.delete(oldest.value);
    kept.set(text, { made });
    return made;
  };
}
