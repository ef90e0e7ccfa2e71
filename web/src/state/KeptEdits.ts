/** Edits that are being made, sealed in this browser: should the page die, their words come back as a draft. Drafts have
 * no life, so those of messages that disappear are not here. */
import { newMessageId } from "../api/identifiers";
import type { Windows } from "./browserWindows";
import type { SealedWords } from "./SealedWords";

const PAUSE_MILLISECONDS = 1000;

interface KeptEdit {
  readonly recordId: string;
  /** Held by this window, so that no other one takes the words up while it lives. */
  readonly slot: string;
  text: string;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class KeptEdits {
  /** By conversation. */
  private readonly edits = new Map<string, KeptEdit>();

  constructor(
    private readonly sealed: SealedWords,
    private readonly windows: Windows,
  ) {}

  /** Called with every key: it notes the text and returns. */
  typed(conversation: string, text: string): void {
    const edit = this.edits.get(conversation) ?? this.begin(conversation);
    edit.text = text;
    edit.timer ??= setTimeout(() => {
      this.keep(conversation, edit);
    }, PAUSE_MILLISECONDS);
  }

  /** It is saved, or nobody wants it. */
  end(conversation: string): void {
    const edit = this.edits.get(conversation);
    if (edit === undefined) return;
    clearTimeout(edit.timer);
    this.edits.delete(conversation);
    void this.sealed.drop(edit.recordId);
  }

  /** At once: the page may be going. */
  seal(): void {
    for (const [conversation, edit] of this.edits)
      if (edit.timer !== undefined) this.keep(conversation, edit);
  }

  owns(recordId: string): boolean {
    return [...this.edits.values()].some((edit) => edit.recordId === recordId);
  }

  private begin(conversation: string): KeptEdit {
    const edit: KeptEdit = { recordId: newMessageId(), slot: newMessageId(), text: "", timer: undefined };
    this.edits.set(conversation, edit);
    void this.windows.claim(edit.slot);
    return edit;
  }

  private keep(conversation: string, edit: KeptEdit): void {
    clearTimeout(edit.timer);
    edit.timer = undefined;
    const { recordId, slot, text } = edit;
    void this.sealed.keep(recordId, { kind: "draft", conversation, slot, text, revision: 1 });
  }
}
