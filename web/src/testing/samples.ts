/** A lively fake world for looking at the UI: people who accept, type, answer, and some who do none of it. */
import type { Cid, MessageView, Reason } from "../api/generated";
import type { FakeAccount } from "./FakeAccount";
import { FakeInternalService } from "./FakeInternalService";
import { FakeWorld } from "./FakeWorld";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MEASURED_EVERY = 3000;

export const ADA = 17_900_000_000_000_000_001n;
export const BEA = 16_100_000_000_000_000_002n;
const GRACE = 15_800_000_000_000_000_010n;

export function sampleService(): FakeInternalService {
  const world = new FakeWorld();
  populate(world);
  const service = new FakeInternalService(world);
  service.latency = 40;
  Object.assign(window, { casemate: { world, service } }); // for scripts that take screenshots, and for playing
  return service;
}

export function populate(world: FakeWorld): void {
  const now = world.now();
  const ada = world.person(ADA, "ada", "Ada Lindgren", { local: true });
  const grace = world.person(GRACE, "grace.h", "Grace Okafor", { local: true });
  grace.state = "signed_out";
  grace.online = false;
  const bea = world.person(BEA, "bea", "Bea Lindqvist", { online: true });
  const jonas = world.person(14_000_000_000_000_000_003n, "jonas", "Jonas Weber");
  const yuki = world.person(13_000_000_000_000_000_004n, "yuki", "由紀 Tanaka", { online: true });
  const layla = world.person(12_000_000_000_000_000_005n, "layla", "ليلى حداد", { online: true });
  const twin = world.person(11_000_000_000_000_000_006n, "bea.l", "Bea Lindqvist");
  const emoji = world.person(10_000_000_000_000_000_007n, "sunny", "Sunny 🌻👩‍🚀 Day\u200b\u200b");
  const asker = world.person(
    9_900_000_000_000_000_008n,
    "nilsson",
    "Karl-Johan Bartholomäus von Nilsson-Abernathy",
    {
      online: true,
    },
  );
  const asked = world.person(9_800_000_000_000_000_009n, "rosa", "Rosa Méndez");
  const blocked = world.person(9_700_000_000_000_000_011n, "spam", "Totally Legit");
  world.person(9_600_000_000_000_000_012n, "olu", "Olu Adeyemi", { online: true });
  world.crowd = crowd(10_000);

  for (const peer of [bea, jonas, yuki, layla, twin, emoji]) world.agree(ada, peer);
  world.agree(grace, bea);
  conversation(world, ada, bea, now);
  say(
    world,
    yuki,
    ada,
    ["Are you coming to the review at three?", "I moved it to the small room."],
    now - 20 * MINUTE,
  );
  say(world, layla, ada, ["مرحبا! هل يمكننا التحدث غدًا؟"], now - 3 * HOUR, true);
  away(world, jonas, now - 2 * HOUR - 12 * MINUTE);
  away(world, twin, now - 3 * DAY);
  away(world, emoji, now - DAY - 2 * HOUR);
  say(world, ada, jonas, ["Could you look at the relay numbers?", "No hurry."], now - HOUR);
  say(world, emoji, ada, ["see you 🌻"], now - DAY - 3 * HOUR, true);
  ada.changePeer({ ...world.peer(ada, bea), verified: true });
  connect(world, ada, bea, "direct", 12);
  connect(world, ada, layla, "direct", 38);
  connect(world, ada, yuki, "relayed", 74, { code: "udp_blocked_there", params: {}, acts: "peer" });
  world.requestContact(asker, ada, "Hi, we met at the harbour on Tuesday: it was about the crates.");
  world.requestContact(ada, asked, "Ada from the office: may I ask you about the invoice?");
  world.agree(ada, blocked);
  world.setBlocked(ada, blocked, true);

  for (const peer of [bea, yuki, layla]) liveliness(world, peer, ada);
}

/** A few days of talk, with the states that a conversation can be in. */
function conversation(world: FakeWorld, ada: FakeAccount, bea: FakeAccount, now: number): void {
  const old = Array.from({ length: 240 }, (_, index) => index);
  for (const index of old) {
    const [from, to] = index % 7 < 3 ? [ada, bea] : [bea, ada];
    const at = now - 6 * DAY + index * 17 * MINUTE;
    const words = PHRASES[index % PHRASES.length] ?? "";
    say(world, from, to, [words], at, true);
  }
  const at = now - 2 * HOUR;
  say(world, bea, ada, ["Morning. The vault is dry again, the masons were right about the drain."], at, true);
  say(world, ada, bea, ["Good. Then we can move the archive back this week."], at + 2 * MINUTE, true);
  const list =
    "Three things for the list:\n  1. humidity logger, the small one\n  2. keys for the west gate\n  3. somebody who can read the old plans";
  say(world, ada, bea, [list], at + 3 * MINUTE, true);
  say(
    world,
    bea,
    ada,
    ["I can read the plans. Give me an hour and a lamp.", "And coffee."],
    at + 31 * MINUTE,
    true,
  );
  late(bea, ada, at + 33 * MINUTE, now);
  say(world, ada, bea, ["Done. Lamp is on your desk."], at + 70 * MINUTE, true);
  say(
    world,
    ada,
    bea,
    [
      "Also: https://example.org/a/very/long/address/that/does/not/want/to/wrap/anywhere?because=it&has=no&blanks=at-all-0123456789",
    ],
    at + 71 * MINUTE,
  );
}

const PHRASES = [
  "The gate opens at eight.",
  "Did the second delivery arrive?",
  "Yes, this morning. Signed and stacked.",
  "I left the drawings on the long table.",
  "Could we go through the numbers once more before Thursday? I would like to be sure about the east side, because the survey was done in the rain and half of the marks are guesses.",
  "Sure.",
  "👍",
  "Tomorrow then.",
  "It is colder down there than I remembered.",
];

export function say(
  world: FakeWorld,
  from: FakeAccount,
  to: FakeAccount,
  texts: readonly string[],
  at: number,
  read = false,
): void {
  const clock = world.now;
  for (const [index, text] of texts.entries()) {
    const id = `${from.cid.toString(16)}${at.toString(16)}${index.toString()}`.padEnd(32, "0").slice(0, 32);
    world.now = () => at + index * 40_000;
    world.send(from, to, id, text);
  }
  world.now = clock;
  if (read) world.readAll(to, from, Number.MAX_SAFE_INTEGER);
}

function late(from: FakeAccount, to: FakeAccount, writtenAt: number, now: number): void {
  const last = to.saidWith(from.cid)?.at(-1);
  if (last === undefined) return;
  const message: MessageView = {
    ...last,
    id: "1a7e".padEnd(32, "0"),
    text: "Sent this from the tunnel, it may take a while to get out.",
    written_at: writtenAt,
    arrived_at: now - 10 * MINUTE,
    shown_at: writtenAt,
    arrived_late: true,
    seen: true,
    painted: true,
    untold: false,
    arrival: to.nextArrival(),
    order: [last.order[0] + 0.5, last.order[1], last.order[2]],
  };
  to.putMessage(message);
}

/** With the round trips of some minutes, and more as time goes on. */
export function connect(
  world: FakeWorld,
  one: FakeAccount,
  other: FakeAccount,
  kind: "direct" | "relayed",
  usual: number,
  reason: Reason | null = null,
): void {
  const clock = world.now;
  const measure = (place: number) => {
    const wave = 1 + 0.18 * Math.sin(place * 1.7) + 0.1 * Math.sin(place * 0.61);
    const roundTrip = usual * (place % 23 === 11 ? 2.1 : wave);
    world.measure(one, other, roundTrip);
    world.measure(other, one, roundTrip);
  };
  const begun = clock() - 41 * MEASURED_EVERY;
  world.now = () => begun - 30 * MEASURED_EVERY;
  if (kind === "direct") world.connectDirectly(one, other, "relayed", 3 * usual);
  for (let place = 0; place < 12 && kind === "direct"; place++) measure(place);
  world.now = () => begun;
  world.connectDirectly(one, other, kind, usual, reason);
  for (let place = 0; place < 40; place++) measure(place);
  world.now = clock;
  let place = 40;
  setInterval(() => {
    measure(place++);
  }, MEASURED_EVERY);
}

function away(world: FakeWorld, account: FakeAccount, since: number): void {
  world.setOnline(account.cid, false, since);
}

/** Reads, types and answers what `to` writes; accepts when asked. */
function liveliness(world: FakeWorld, peer: FakeAccount, to: FakeAccount): void {
  let answers = 0;
  peer.listen((event) => {
    if (event.type !== "MessageChanged" || event.message.mine || event.message.painted) return;
    const { arrival } = event.message;
    setTimeout(() => {
      world.readAll(peer, to, arrival);
    }, 900);
    setTimeout(() => {
      world.typing(peer, to, true);
    }, 1500);
    setTimeout(() => {
      world.typing(peer, to, false);
      say(world, peer, to, [PHRASES[answers++ % PHRASES.length] ?? ""], world.now());
    }, 4000);
  });
}

const FIRST = [
  "Alma",
  "Bruno",
  "Chiara",
  "Dag",
  "Elif",
  "Femi",
  "Gita",
  "Hana",
  "Ivo",
  "Jun",
  "Kofi",
  "Lena",
  "Mira",
  "Noor",
  "Otis",
];
const LAST = [
  "Abara",
  "Berg",
  "Costa",
  "Dahl",
  "Eriksen",
  "Fontaine",
  "Gupta",
  "Haugen",
  "Ito",
  "Jansen",
  "Kaya",
  "Lopez",
];

function crowd(count: number): { cid: Cid; username: string; full_name: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const first = FIRST[index % FIRST.length] ?? "";
    const last = LAST[Math.floor(index / FIRST.length) % LAST.length] ?? "";
    const number = Math.floor(index / (FIRST.length * LAST.length));
    const username = `${first}.${last}${number === 0 ? "" : number.toString()}`.toLowerCase();
    return {
      cid: 1_000_000_000_000_000_000n + BigInt(index) * 7_919n,
      username,
      full_name: `${first} ${last}`,
    };
  });
}
