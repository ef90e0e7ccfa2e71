/** Words of one account that its service has not answered: on this browser's disk, and readable with its key alone. */
import type { BrowserKey, Cid, LinkPreviewView, MessageReference, Reason } from "../api/generated";
import type { Records } from "./browserRecords";

/** Which draft a text was before it was sent. */
export interface DraftOrigin {
  readonly slot: string;
  readonly revision: number;
}

export interface KeptText {
  readonly kind: "text";
  readonly messageId: string;
  readonly conversation: string;
  /** In its place, in what earlier pages kept: the cid of the other one. */
  readonly peer?: string;
  readonly text: string;
  readonly writtenAt: number;
  readonly refused: Reason | null;
  readonly draft: DraftOrigin | null;
  /** When it is to go; earlier pages kept none, and null is at once. */
  readonly dueAt?: number | null;
  /** What it answers; earlier pages kept none. */
  readonly replyTo?: MessageReference | null;
  /** Of a link in it; earlier pages kept none. */
  readonly preview?: LinkPreviewView | null;
}

export interface KeptDraft {
  readonly kind: "draft";
  readonly conversation: string;
  readonly slot: string;
  readonly text: string;
  readonly revision: number;
}

export type KeptWords = KeptText | KeptDraft;

export interface Opened {
  readonly id: string;
  readonly words: KeptWords;
}

const NONCE_BYTES = 12;

export class SealedWords {
  private readonly account: string;
  private key: CryptoKey | null = null;
  private keyHex = "";
  /** One after the other: what is dropped must not come back because sealing it took longer. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly records: Records | null,
    cid: Cid,
  ) {
    this.account = cid.toString();
  }

  /** False where the browser keeps nothing, and before the key is here. */
  get works(): boolean {
    return this.records !== null && this.key !== null;
  }

  unlock({ hex }: BrowserKey): Promise<void> {
    return this.next(async () => {
      if (this.records === null || hex === this.keyHex) return;
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
      this.key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      this.keyHex = hex;
    });
  }

  /** Whether they are on the disk now. */
  async keep(id: string, words: KeptWords): Promise<boolean> {
    try {
      return await this.next(async () => {
        if (this.records === null || this.key === null) return false;
        const sealed = await this.seal(this.key, id, words);
        await this.records.put({ account: this.account, id, sealed });
        return true;
      });
    } catch {
      return false; // no room, or a profile that keeps nothing: the tab asks before it is closed
    }
  }

  async drop(id: string): Promise<void> {
    try {
      await this.next(async () => {
        await this.records?.remove(this.account, id);
      });
    } catch {
      // It is handed over once more, under the same id, which changes nothing.
    }
  }

  /** Those that this key opens. Others stay: they may be of the same account, restored from a backup. */
  async all(): Promise<readonly Opened[]> {
    try {
      return await this.next(async () => {
        const { key, records } = this;
        if (records === null || key === null) return [];
        const found = await records.of(this.account);
        const opened = await Promise.all(found.map(({ id, sealed }) => this.open(key, id, sealed)));
        return opened.filter((words) => words !== null);
      });
    } catch {
      return [];
    }
  }

  private async seal(key: CryptoKey, id: string, words: KeptWords): Promise<Uint8Array<ArrayBuffer>> {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const plain = new TextEncoder().encode(JSON.stringify(words));
    const sealed = await crypto.subtle.encrypt(this.bound(nonce, id), key, plain);
    const record = new Uint8Array(NONCE_BYTES + sealed.byteLength);
    record.set(nonce);
    record.set(new Uint8Array(sealed), NONCE_BYTES);
    return record;
  }

  private async open(key: CryptoKey, id: string, record: Uint8Array<ArrayBuffer>): Promise<Opened | null> {
    try {
      const nonce = record.slice(0, NONCE_BYTES);
      const plain = await crypto.subtle.decrypt(this.bound(nonce, id), key, record.slice(NONCE_BYTES));
      return { id, words: JSON.parse(new TextDecoder().decode(plain)) as KeptWords };
    } catch {
      return null;
    }
  }

  /** A record cannot be passed off as another one, or as one of another account. */
  private bound(iv: Uint8Array<ArrayBuffer>, id: string): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${this.account} ${id}`) };
  }

  private next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}
