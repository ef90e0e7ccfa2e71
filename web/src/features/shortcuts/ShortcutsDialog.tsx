/** All keys, by where they work. */
import { useId, useState, useSyncExternalStore } from "react";

import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { enterSends } from "../../state/enterKey";
import type { KeyName } from "../../state/keys";
import { keyNames } from "../../state/keys";

const WORDS: Readonly<Record<KeyName, string>> = {
  switcher: "Go to a person, a message or a place",
  search: "Search in this conversation",
  previous: "Previous conversation",
  next: "Next conversation",
  close: "Close what lies on top",
  shortcuts: "This list",
  enter: "Send",
  send: "Send, whatever Enter does",
  newLine: "New line",
  editLast: "Edit your last message, while nothing is written",
  toMessages: "To the messages, from where you write",
  bold: "Bold",
  italic: "Slanted",
  strike: "Struck out",
  code: "Code",
  link: "Link",
  menu: "All that can be done with it",
  react: "React",
  reply: "Reply",
  edit: "Edit",
  copy: "Copy text",
  forward: "Forward",
  pin: "Pin or unpin for both",
  select: "Select several",
  unread: "Mark unread from here",
  delete: "Delete",
};

const GROUPS: readonly (readonly [title: string, keys: readonly KeyName[]])[] = [
  ["Everywhere", ["switcher", "search", "previous", "next", "close", "shortcuts"]],
  [
    "Where you write",
    ["enter", "send", "newLine", "editLast", "toMessages", "bold", "italic", "strike", "code", "link"],
  ],
  [
    "On a message",
    ["menu", "react", "reply", "edit", "copy", "forward", "pin", "select", "unread", "delete"],
  ],
];

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const [query, setQuery] = useState("");
  const sends = useSyncExternalStore(enterSends.subscribe, enterSends.get);
  const wordsOf = (name: KeyName) => (name === "enter" && !sends ? "New line" : WORDS[name]);
  const wanted = query.trim().toLowerCase();
  const isWanted = (name: KeyName) =>
    `${wordsOf(name)} ${keyNames(name).join(" ")}`.toLowerCase().includes(wanted);
  const groups = GROUPS.map(([title, names]) => [title, names.filter(isWanted)] as const).filter(
    ([, names]) => names.length > 0,
  );
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} className="max-w-md">
      <div className="px-5 pb-3">
        <Field
          label="Search"
          type="search"
          autoComplete="off"
          value={query}
          onChange={({ currentTarget }) => {
            setQuery(currentTarget.value);
          }}
        />
      </div>
      <div className="flex h-96 max-h-[60dvh] flex-col gap-5 overflow-y-auto px-5 pb-5">
        {groups.length === 0 && (
          <p role="status" className="py-6 text-center text-13 text-ink-3">
            No key does that.
          </p>
        )}
        {groups.map(([title, names]) => (
          <Group key={title} title={title} names={names} wordsOf={wordsOf} />
        ))}
      </div>
    </Dialog>
  );
}

function Group({
  title,
  names,
  wordsOf,
}: {
  readonly title: string;
  readonly names: readonly KeyName[];
  readonly wordsOf: (name: KeyName) => string;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-1 text-13 font-medium text-ink-3">
        {title}
      </h3>
      <ul className="divide-y divide-line">
        {names.map((name) => (
          <li key={name} className="flex items-center gap-4 py-1.5 text-13">
            <span className="min-w-0 flex-1">{wordsOf(name)}</span>
            <span className="flex shrink-0 gap-1">
              {keyNames(name).map((key) => (
                <kbd
                  key={key}
                  className="min-w-6 rounded-control border border-line-strong px-1.5 py-0.5 text-center text-12"
                >
                  {key}
                </kbd>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
