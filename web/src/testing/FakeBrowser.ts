/** A browser's database and windows, in memory. */
import type { Records, SealedRecord } from "../state/browserRecords";
import type { Windows } from "../state/browserWindows";

export class MemoryRecords implements Records {
  readonly all = new Map<string, SealedRecord>();

  put(record: SealedRecord): Promise<void> {
    this.all.set(`${record.account} ${record.id}`, record);
    return Promise.resolve();
  }

  remove(account: string, id: string): Promise<void> {
    this.all.delete(`${account} ${id}`);
    return Promise.resolve();
  }

  of(account: string): Promise<readonly SealedRecord[]> {
    return Promise.resolve([...this.all.values()].filter((record) => record.account === account));
  }
}

/** No other window is open. */
export class OneWindow implements Windows {
  constructor(private readonly slot: string) {}

  own(): Promise<string> {
    return Promise.resolve(this.slot);
  }

  claim(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
