/** What the text in a conversation's composer is going to be, where it is no plain message: an answer, or an edit. */
import type { Cid, MessageReference } from "../api/generated";
import type { KeptEdits } from "./KeptEdits";
import { WritableStore } from "./store";

export type Composed =
  | { readonly kind: "reply"; readonly to: MessageReference }
  | {
      readonly kind: "edit";
      readonly id: string;
      readonly before: string;
      /** The message disappears: of its words nothing may outlive the page. */
      readonly disappears: boolean;
    };

const KEY = "casemate.reply";

/** What is answered is kept over a reload of its tab, beside the draft. It is a name, no words. */
export class Composing {
  readonly modes: WritableStore<ReadonlyMap<string, Composed>>;
  /** What an edit says by now; no key makes anything be drawn. */
  private readonly edits = new Map<string, string>();

  constructor(
    private readonly cid: Cid,
    private readonly keptEdits: KeptEdits,
  ) {
    this.modes = new WritableStore<ReadonlyMap<string, Composed>>(this.kept());
  }

  of(conversation: string): Composed | undefined {
    return this.modes.get().get(conversation);
  }

  reply(conversation: string, to: MessageReference): void {
    this.forget(conversation);
    this.become(conversation, { kind: "reply", to });
  }

  edit(conversation: string, id: string, before: string, disappears: boolean): void {
    this.forget(conversation);
    this.edits.set(conversation, before);
    this.become(conversation, { kind: "edit", id, before, disappears });
  }

  end(conversation: string): void {
    this.forget(conversation);
    this.become(conversation, null);
  }

  typed(conversation: string, text: string): void {
    this.edits.set(conversation, text);
    const mode = this.of(conversation);
    if (mode?.kind === "edit" && mode.disappears) return;
    this.keptEdits.typed(conversation, text);
  }

  /** What would be lost with the page goes where it outlives it. */
  seal(): void {
    this.keptEdits.seal();
  }

  edited(conversation: string): string {
    return this.edits.get(conversation) ?? "";
  }

  /** Closing the page now would lose an edit. */
  get unsaved(): boolean {
    return [...this.modes.get()].some(
      ([conversation, mode]) => mode.kind === "edit" && this.edited(conversation) !== mode.before,
    );
  }

  private forget(conversation: string): void {
    this.edits.delete(conversation);
    this.keptEdits.end(conversation);
  }

  private become(conversation: string, mode: Composed | null): void {
    const modes = new Map(this.modes.get());
    if (mode === null) modes.delete(conversation);
    else modes.set(conversation, mode);
    this.modes.set(modes);
    const key = this.keyOf(conversation);
    if (mode?.kind === "reply") sessionStorage.setItem(key, `${mode.to.author} ${mode.to.id}`);
    else sessionStorage.removeItem(key);
  }

  private kept(): ReadonlyMap<string, Composed> {
    const found = new Map<string, Composed>();
    for (const key of Object.keys(sessionStorage)) {
      const [author, id] = (sessionStorage.getItem(key) ?? "").split(" ");
      if (key.startsWith(this.keyOf("")) && author !== undefined && id !== undefined)
        found.set(key.slice(this.keyOf("").length), { kind: "reply", to: { author, id } });
    }
    return found;
  }

  private keyOf(conversation: string): string {
    return `${KEY}.${this.cid.toString()}.${conversation}`;
  }
}
