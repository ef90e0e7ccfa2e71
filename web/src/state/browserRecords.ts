/** Sealed records in the browser's own database. Nothing that is not sealed may be handed to it. */

export interface SealedRecord {
  readonly account: string;
  /** Random; says nothing about what is inside. */
  readonly id: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
}

export interface Records {
  put(record: SealedRecord): Promise<void>;
  remove(account: string, id: string): Promise<void>;
  of(account: string): Promise<readonly SealedRecord[]>;
}

const DATABASE = "casemate";
const STORE = "words";

export class IndexedDbRecords implements Records {
  private database: Promise<IDBDatabase> | null = null;

  async put(record: SealedRecord): Promise<void> {
    await this.write((store) => store.put(record));
  }

  async remove(account: string, id: string): Promise<void> {
    await this.write((store) => store.delete([account, id]));
  }

  async of(account: string): Promise<readonly SealedRecord[]> {
    const store = (await this.open()).transaction(STORE).objectStore(STORE);
    // Every id of this account: a text is above [account], and below the list that follows it.
    const range = IDBKeyRange.bound([account], [account, []]);
    return await answered(store.getAll(range) as IDBRequest<SealedRecord[]>);
  }

  private async write(change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = (await this.open()).transaction(STORE, "readwrite", { durability: "strict" });
    change(transaction.objectStore(STORE));
    await new Promise<void>((done, failed) => {
      transaction.oncomplete = () => {
        done();
      };
      transaction.onabort = () => {
        failed(transaction.error ?? new Error("the browser kept nothing"));
      };
    });
  }

  private open(): Promise<IDBDatabase> {
    this.database ??= this.openOnce().catch((error: unknown) => {
      this.database = null; // a full or locked profile may have room later
      throw error;
    });
    return this.database;
  }

  private async openOnce(): Promise<IDBDatabase> {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(STORE, { keyPath: ["account", "id"] });
    };
    const database = await answered(opening);
    const forget = () => {
      database.close();
      this.database = null;
    };
    database.onversionchange = forget;
    database.onclose = forget;
    return database;
  }
}

function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, failed) => {
    request.onsuccess = () => {
      done(request.result);
    };
    request.onerror = () => {
      failed(request.error ?? new Error("the browser's database does not answer"));
    };
  });
}
