import { beforeEach, describe, expect, test, vi } from "vitest";

import type { DraftView } from "../api/generated";
import { ConnectionLost, Refused } from "../api/InternalService";
import { MemoryRecords, OneWindow } from "../testing/FakeBrowser";
import type { DraftSetter } from "./DraftKeeper";
import { DraftKeeper, offersOf } from "./DraftKeeper";
import { SealedWords } from "./SealedWords";
import { draftKey } from "./workspace";

const HERE = "aa".repeat(16);
const OWN = "01".repeat(16);
const OTHER = "02".repeat(16);
const KEY = { hex: "5a".repeat(32) };

let records: MemoryRecords;
let sealed: SealedWords;
let away: boolean;
let told: string[];
let keeper: DraftKeeper;

const setDraft: DraftSetter = ({ text, revision, slot }) => {
  if (away) return Promise.reject(new ConnectionLost());
  told.push(`${slot === OWN ? "own" : "other"} ${revision.toString()} ${text.slice(0, 20)}`);
  return Promise.resolve({ cid: 1n, request_id: null });
};

const rows = (...drafts: DraftView[]) => new Map(drafts.map((draft) => [draftKey(draft), draft]));
const row = (slot: string, text: string, revision = 1, place = 1): DraftView => ({
  conversation: HERE,
  slot,
  text,
  revision,
  place,
});

beforeEach(async () => {
  records = new MemoryRecords();
  sealed = new SealedWords(records, 1n);
  await sealed.unlock(KEY);
  away = false;
  told = [];
  keeper = new DraftKeeper(setDraft, new OneWindow(OWN), sealed);
});

async function kept(): Promise<string[]> {
  const found = await sealed.all();
  return found.map(({ words }) => words.text);
}

describe("what is being written", () => {
  test("is told with a pause and not with every key, and at once when the page goes", async () => {
    await keeper.synchronise(rows(), new Map());
    keeper.typed(HERE, "a");
    keeper.typed(HERE, "ab");
    expect(told).toEqual([]);
    keeper.flush();
    await vi.waitFor(() => {
      expect(told).toEqual(["own 1 ab"]);
    });
    expect(keeper.inHand).toBe(false);
  });

  test("and deleted again is told as well", async () => {
    await keeper.synchronise(rows(), new Map());
    for (const text of ["a", ""]) {
      keeper.typed(HERE, text);
      keeper.flush();
      await vi.waitFor(() => {
        expect(keeper.inHand).toBe(false);
      });
    }
    expect(told).toEqual(["own 1 a", "own 2 "]);
  });

  test("is sealed while the service is away, and told and unsealed when it is back", async () => {
    await keeper.synchronise(rows(), new Map());
    away = true;
    keeper.typed(HERE, "words");
    expect(keeper.unsealed).toBe(true);
    keeper.flush();
    await vi.waitFor(() => {
      expect(keeper.unsealed).toBe(false);
    });
    expect(await kept()).toEqual(["words"]);
    expect(
      [...records.all.values()].some(({ sealed: bytes }) =>
        new TextDecoder().decode(bytes).includes("words"),
      ),
    ).toBe(false);
    away = false;
    await keeper.synchronise(rows(), new Map());
    await vi.waitFor(async () => {
      expect(await kept()).toEqual([]);
    });
    expect(keeper.text(HERE)).toBe("words");
  });

  test("stays in the browser when it is too long for the service", async () => {
    await keeper.synchronise(rows(), new Map());
    keeper.typed(HERE, "x".repeat(70_000));
    keeper.flush();
    await vi.waitFor(() => {
      expect(keeper.unsealed).toBe(false);
    });
    expect(told).toEqual([]);
    expect(keeper.inHand).toBe(true);
    keeper.sent(HERE);
    await vi.waitFor(async () => {
      expect(await kept()).toEqual([]);
    });
  });

  test("of a page that is gone is handed over and goes on in the next one", async () => {
    const draft = {
      kind: "draft",
      conversation: HERE,
      slot: OTHER,
      text: "from before",
      revision: 7,
    } as const;
    await sealed.keep("record", draft);
    const shown: string[] = [];
    keeper.open(HERE, (text) => shown.push(text));
    await keeper.synchronise(rows(), new Map([["record", draft]]));
    await vi.waitFor(() => {
      expect(shown).toEqual(["from before"]);
    });
    expect(told).toEqual(["other 7 from before"]);
    keeper.typed(HERE, "from before, longer");
    keeper.flush();
    await vi.waitFor(() => {
      expect(told.at(-1)).toBe("other 8 from before, longer");
    });
  });

  test("stays here, in a slot of its own, when another window went on in this one", async () => {
    let moved = true;
    keeper = new DraftKeeper(
      (fields) => {
        if (!moved) return setDraft(fields);
        moved = false;
        return Promise.reject(new Refused({ code: "draft_moved", params: {}, acts: "user" }));
      },
      new OneWindow(OWN),
      sealed,
    );
    await keeper.synchronise(rows(), new Map());
    keeper.typed(HERE, "mine");
    keeper.flush();
    await vi.waitFor(() => {
      expect(told).toEqual(["other 1 mine"]);
    });
    expect(keeper.text(HERE)).toBe("mine");
  });

  test("goes when it was sent elsewhere, but not with what was added here since", async () => {
    await keeper.synchronise(rows(row(OWN, "begun")), new Map());
    const shown: string[] = [];
    keeper.open(HERE, (text) => shown.push(text));
    await vi.waitFor(() => {
      expect(shown).toEqual(["begun"]);
    });
    keeper.typed(HERE, "begun, and more");
    keeper.heard({ type: "DraftRemoved", conversation: HERE, slot: OWN }, rows());
    expect(keeper.text(HERE)).toBe("begun, and more");
  });
});

test("an empty window goes on with its own draft, then with the newest; the others are offered", async () => {
  const all = rows(row(OTHER, "newest", 1, 9), row(OWN, "its own", 3, 2));
  await keeper.synchronise(all, new Map());
  const shown: string[] = [];
  keeper.open(HERE, (text) => shown.push(text));
  await vi.waitFor(() => {
    expect(shown).toEqual(["its own"]);
  });
  const mine = keeper.mine.get().get(HERE);
  expect(offersOf(HERE, mine, all, []).map(({ text }) => text)).toEqual(["newest"]);
});

test("what was begun in another conversation is offered there alone", () => {
  const offer = { slot: OTHER, text: "kept here", revision: 1, recordId: "record" };
  const kept = [HERE, "bb".repeat(16)].map((conversation) => ({ ...offer, conversation }));
  expect(offersOf(HERE, OWN, rows(), kept)).toEqual([kept[0]]);
});

test("an offer goes behind what was written here, and its own draft goes", async () => {
  await keeper.synchronise(rows(row(OTHER, "theirs", 4)), new Map());
  keeper.open(HERE, () => undefined);
  keeper.typed(HERE, "mine");
  await keeper.take(HERE, { slot: OTHER, revision: 4, text: "more", recordId: null });
  expect(keeper.text(HERE).split("\n").slice(-2)).toEqual(["mine", "more"]);
});

test("the draft of a message that was discarded goes with it, under a newer revision", async () => {
  await keeper.synchronise(rows(row(OTHER, "begun", 3)), new Map());
  await keeper.discardOrigin(HERE, { slot: OTHER, revision: 2 });
  expect(told).toEqual([]);
  await keeper.discardOrigin(HERE, { slot: OTHER, revision: 3 });
  expect(told).toEqual(["other 4 "]);
});

test("a record opens with its own key, for its own account and under its own id only", async () => {
  await sealed.keep("one", { kind: "draft", conversation: HERE, slot: OWN, text: "secret", revision: 1 });
  const [record] = [...records.all.values()];
  if (record === undefined) throw new Error("nothing was kept");
  await records.put({ ...record, id: "two" });
  await records.put({ ...record, account: "2" });
  const opened = async (cid: bigint, hex: string) => {
    const other = new SealedWords(records, cid);
    await other.unlock({ hex });
    return (await other.all()).map(({ id }) => id);
  };
  expect(await opened(1n, KEY.hex)).toEqual(["one"]);
  expect(await opened(2n, KEY.hex)).toEqual([]);
  expect(await opened(1n, "00".repeat(32))).toEqual([]);
  expect(records.all.size).toBe(3);
});
