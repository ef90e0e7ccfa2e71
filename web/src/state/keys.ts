/** Every key of the page. What binds them and what lists them read this one table, so the list cannot be wrong. */

/** `Mod` is ⌘ on Apple's keyboards and Ctrl on all others. */
export const KEYS = {
  switcher: "Mod+K",
  search: "Mod+F",
  previous: "Alt+ArrowUp",
  next: "Alt+ArrowDown",
  close: "Escape",
  shortcuts: "?",
  enter: "Enter",
  send: "Mod+Enter",
  newLine: "Shift+Enter",
  editLast: "ArrowUp",
  toMessages: "Mod+ArrowUp",
  bold: "Mod+B",
  italic: "Mod+I",
  strike: "Mod+Shift+X",
  code: "Mod+E",
  link: "Mod+Shift+K",
  menu: "Enter",
  react: "+",
  reply: "R",
  edit: "E",
  copy: "C",
  forward: "F",
  pin: "P",
  select: "S",
  unread: "U",
  delete: "Delete",
} as const;

export type KeyName = keyof typeof KEYS;

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function isPressed(name: KeyName, { key, ctrlKey, metaKey, shiftKey, altKey }: Pressed): boolean {
  const parts = partsOf(KEYS[name]);
  const wanted = parts.at(-1) ?? "";
  // Which keys write a sign is a matter of the keyboard.
  const isSign = wanted.length === 1 && !/\w/.test(wanted);
  return (
    key.toLowerCase() === wanted.toLowerCase() &&
    (parts.includes("Mod") ? ctrlKey !== metaKey : !ctrlKey && !metaKey) &&
    altKey === parts.includes("Alt") &&
    (isSign || shiftKey === parts.includes("Shift"))
  );
}

/** As they are printed on the keys, one after the other. */
export function keyNames(name: KeyName): readonly string[] {
  return partsOf(KEYS[name]).map((part) => (IS_APPLE ? ON_APPLE : ON_OTHERS)[part] ?? part);
}

/** In one word, for beside a button. */
export function keysInWords(name: KeyName): string {
  return keyNames(name).join(IS_APPLE ? "" : " ");
}

function partsOf(chord: string): readonly string[] {
  return chord.length === 1 ? [chord] : chord.split("+");
}

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);
const ARROWS = { ArrowUp: "↑", ArrowDown: "↓" };
const ON_APPLE: Readonly<Record<string, string>> = {
  ...ARROWS,
  Mod: "⌘",
  Alt: "⌥",
  Shift: "⇧",
  Escape: "Esc",
};
const ON_OTHERS: Readonly<Record<string, string>> = { ...ARROWS, Mod: "Ctrl", Escape: "Esc" };
