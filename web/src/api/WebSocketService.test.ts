import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Update } from "./InternalService";
import { ConnectionLost, Refused } from "./InternalService";
import { WebSocketService } from "./WebSocketService";
import { FakeSocket } from "../testing/FakeSocket";

const CID = 17_900_000_000_000_000_001n;

let sockets: FakeSocket[];
let service: WebSocketService;
let wake: () => void;
/** Work that waits for the next frame of a page that is seen; null while nobody sees it. */
let frame: (() => void)[] | null;
const paint = () => {
  for (const work of frame?.splice(0) ?? []) work();
};
const latest = () => sockets.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  frame = null;
  service = new WebSocketService({
    open: () => {
      sockets.push(new FakeSocket());
      return latest();
    },
    now: () => Date.now(),
    onWake: (listener) => {
      wake = listener;
      return () => undefined;
    },
    random: () => 0.5,
    beforePaint: (work) => {
      if (frame === null) work();
      else frame.push(work);
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
});

function follow(): Update[] {
  const updates: Update[] = [];
  service.follow(CID, (update) => updates.push(update));
  return updates;
}

const position = (sequence: number, epoch = "e") => ({ epoch, sequence });
const typing = (id: string) => ({ type: "TypingChanged", conversation: id, typing: true });
const events = (first: number, ...ids: string[]) => ({
  cid: CID,
  request_id: null,
  first_sequence: first,
  position: position(first + ids.length - 1),
  events: ids.map(typing),
});
const conversationsOf = (updates: Update[]) =>
  updates
    .flatMap((update) => (update.kind === "events" ? update.events : []))
    .map((event) => (event.type === "TypingChanged" ? event.conversation : null));
const snapshot = (id: string, sequence: number) => ({
  cid: CID,
  request_id: id,
  position: position(sequence),
  account: {},
  peers: [],
  conversations: [],
  drafts: [],
  browser_key: { hex: "0" },
});

test("the first request is Hello, and the connection is open when it is accepted", () => {
  latest().onopen?.();
  expect(Object.keys(latest().sent[0] ?? {})).toEqual(["Hello"]);
  expect(service.connection().state).toBe("connecting");
  latest().accept();
  expect(service.connection().state).toBe("open");
});

test("answers are matched by request id, whatever their order", async () => {
  latest().accept();
  const first = service.request("MarkRead", { cid: CID, conversation: "", painted: [], seen_up_to: 1 });
  const firstId = latest().idOf("MarkRead");
  const second = service.request("GetSafetyNumber", { cid: CID, peer: 2n });
  latest().respond("SafetyNumber", {
    cid: CID,
    request_id: latest().idOf("GetSafetyNumber"),
    peer: 2n,
    digits: "7",
  });
  latest().respond("Done", { cid: CID, request_id: firstId });
  await expect(second).resolves.toMatchObject({ digits: "7" });
  await expect(first).resolves.toMatchObject({ cid: CID });
});

test("a refusal carries its reason; a plain failure its text", async () => {
  latest().accept();
  const reason = { code: "mailbox_full", params: {}, acts: "peer" };
  const refused = service.request("MarkRead", { cid: CID, conversation: "", painted: [], seen_up_to: 1 });
  latest().respond("RequestRefused", { cid: CID, request_id: latest().idOf("MarkRead"), reason });
  await expect(refused).rejects.toEqual(new Refused({ ...reason, acts: "peer" }));
  const failed = service.request("Deregister", { cid: CID });
  latest().respond("DeregisterFailure", { cid: CID, request_id: latest().idOf("Deregister"), message: "no" });
  await expect(failed).rejects.toMatchObject({ reason: { code: "refused", params: { detail: "no" } } });
});

test("when the socket breaks, waiting requests are told, and the time of it is known", async () => {
  latest().accept();
  vi.setSystemTime(1_000_000);
  const waiting = service.request("Deregister", { cid: CID });
  latest().close();
  await expect(waiting).rejects.toBeInstanceOf(ConnectionLost);
  expect(service.connection()).toMatchObject({ state: "lost", since: 1_000_000, accounts: [] });
  await expect(service.request("Deregister", { cid: CID })).rejects.toBeInstanceOf(ConnectionLost);
});

test("it comes back by itself, later each time, says Hello again and resumes where it was, without a gap", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  latest().respond("ViewEvents", events(5, "10"));
  latest().close();
  vi.advanceTimersByTime(250);
  latest().close();
  vi.advanceTimersByTime(499);
  expect(sockets).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(sockets).toHaveLength(3);
  latest().accept();
  expect(latest().sent.at(-1)).toMatchObject({ Subscribe: { cid: CID, after: position(5) } });
  latest().respond("Resumed", { cid: CID, request_id: latest().idOf("Subscribe"), position: position(7) });
  latest().respond("ViewEvents", events(6, "20", "30"));
  expect(conversationsOf(updates)).toEqual(["10", "20", "30"]);
});

test("events that were seen already are not told twice", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  latest().respond("ViewEvents", events(5, "10", "11"));
  latest().respond("ViewEvents", events(6, "11", "12"));
  latest().respond("ViewEvents", events(5, "10"));
  expect(conversationsOf(updates)).toEqual(["10", "11", "12"]);
});

test("a gap in the numbers is noticed, and what is missing is asked for", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  latest().respond("ViewEvents", events(6, "11"));
  expect(latest().sent.at(-1)).toMatchObject({ Subscribe: { after: position(4) } });
  latest().respond("Resumed", { cid: CID, request_id: latest().idOf("Subscribe"), position: position(6) });
  latest().respond("ViewEvents", events(5, "10", "11"));
  expect(conversationsOf(updates)).toEqual(["10", "11"]);
});

test("a service that was restarted sends a snapshot, and counting begins there", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 40));
  latest().close();
  vi.advanceTimersByTime(1000);
  latest().accept();
  latest().respond("Snapshot", { ...snapshot(latest().idOf("Subscribe"), 0), position: position(0, "f") });
  latest().respond("ViewEvents", { ...events(1, "10"), position: position(1, "f") });
  expect(updates.map(({ kind }) => kind)).toEqual(["snapshot", "snapshot", "events"]);
});

test("events that come together are told once, before the page is painted", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  frame = [];
  latest().respond("ViewEvents", events(5, "10"));
  latest().respond("LocalAccountsChanged", { accounts: [], found: [], list_lost: null, storage: null });
  latest().respond("ViewEvents", events(6, "11", "12"));
  expect(conversationsOf(updates)).toEqual([]);
  paint();
  expect(updates.slice(1)).toMatchObject([{ kind: "events", position: position(7) }]);
  expect(conversationsOf(updates)).toEqual(["10", "11", "12"]);
});

test("a listener that fails takes nothing along that came with its events", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  latest().accept();
  service.follow(CID, (update) => {
    if (update.kind === "events") throw new Error("a fault of the page");
  });
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  const done = service.request("MarkRead", { cid: CID, conversation: "", painted: [], seen_up_to: 1 });
  frame = [];
  latest().respond("ViewEvents", events(5, "10"));
  latest().respond("Done", { cid: CID, request_id: latest().idOf("MarkRead") });
  paint();
  await expect(done).resolves.toMatchObject({ cid: CID });
  expect(reported).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});

test("an answer waits for no frame, and what came before it is told before it", async () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  frame = [];
  const page = service.request("GetTimeline", { cid: CID, conversation: "2a", limit: 1 });
  latest().respond("ViewEvents", events(5, "10"));
  latest().respond("TimelinePage", {
    cid: CID,
    request_id: latest().idOf("GetTimeline"),
    conversation: "2a",
  });
  expect(conversationsOf(updates)).toEqual(["10"]);
  await expect(page).resolves.toMatchObject({ conversation: "2a" });
  paint();
  expect(conversationsOf(updates)).toEqual(["10"]);
});

test("what came before the connection broke is told, and is not asked for again", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 4));
  frame = [];
  latest().respond("ViewEvents", events(5, "10"));
  latest().close();
  expect(conversationsOf(updates)).toEqual(["10"]);
  vi.advanceTimersByTime(1000);
  latest().accept();
  expect(latest().sent.at(-1)).toMatchObject({ Subscribe: { after: position(5) } });
});

test("a page that is never painted is told all the same, once many frames wait", () => {
  latest().accept();
  const updates = follow();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 0));
  frame = [];
  for (let sequence = 1; sequence <= 450; sequence++) latest().respond("ViewEvents", events(sequence, "1"));
  expect(conversationsOf(updates)).toHaveLength(400);
});

test("accounts that are listed as they were are no news", () => {
  latest().accept();
  const told = vi.fn();
  const listed = { accounts: [{ cid: CID, unread: 1 }], found: [], list_lost: null, storage: null };
  service.onConnection(told);
  latest().respond("LocalAccountsChanged", listed);
  latest().respond("LocalAccountsChanged", structuredClone(listed));
  expect(told).toHaveBeenCalledOnce();
});

test("a service that accepts sockets but never answers counts as gone", () => {
  latest().onopen?.();
  vi.advanceTimersByTime(8000);
  expect(service.connection().state).toBe("lost");
});

test("one bad frame does not cost the connection", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  latest().accept();
  latest().onmessage?.({ data: "{oops" });
  latest().onmessage?.({ data: "null" });
  expect(service.connection().state).toBe("open");
  expect(warn).toHaveBeenCalledOnce();
});

const pings = () => latest().sent.filter((request) => "Ping" in request).length;

test("who is silent is asked, and lost when nothing comes", () => {
  latest().accept();
  const heard = Date.now();
  vi.advanceTimersByTime(4000);
  expect(pings()).toBe(1);
  latest().respond("Pong", { cid: 0n, request_id: latest().idOf("Ping") });
  vi.advanceTimersByTime(4000);
  expect(pings()).toBe(2);
  expect(service.connection().state).toBe("open");
  vi.advanceTimersByTime(6000);
  expect(service.connection()).toMatchObject({ state: "lost", since: heard + 4000 });
  vi.advanceTimersByTime(60_000);
  expect(sockets.length).toBeGreaterThan(1);
});

test("whoever tells something is there, and is not asked meanwhile", () => {
  follow();
  latest().accept();
  latest().respond("Snapshot", snapshot(latest().idOf("Subscribe"), 0));
  for (let turn = 0; turn < 10; turn++) {
    vi.advanceTimersByTime(3000);
    latest().respond("ViewEvents", events(turn + 1, "1"));
  }
  expect(service.connection().state).toBe("open");
  expect(pings()).toBe(0);
});

test("after waking it asks at once, and a timer that slept itself does not judge", () => {
  latest().accept();
  wake();
  expect(pings()).toBe(1);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(6000);
  expect(service.connection().state).toBe("open");
  expect(pings()).toBe(2);
  vi.advanceTimersByTime(6000);
  expect(service.connection().state).toBe("lost");
});
