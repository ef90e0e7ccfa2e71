import { describe, expect, test } from "vitest";

import type { LinkView, MessageView, PathView, PeerView, Reason } from "../api/generated";
import type { Workspace } from "../state/workspace";
import { fakeLooks } from "../testing/fakeLooks";
import {
  ambiguousNames,
  displayName,
  initials,
  isAmbiguous,
  listOfNames,
  lookAlikeOf,
  matchesQuery,
} from "./names";
import { asksToConnect, membersOf } from "./lists";
import { pathStory } from "./pathStory";
import { adviceFor, roundTripWords, standingOf, standingWords, wayMeaning, whyNotDirect } from "./paths";
import { lineOf, previewOf } from "./previews";
import { presenceOf, presenceSentence } from "./presence";
import { roundTripSentence, roundTripsOf } from "./roundTrips";
import { knownCodes, sentenceOf, technicalDetail } from "./reasons";
import * as times from "./times";
import { dayName, shortDuration, sinceTime } from "./times";

const person = (cid: bigint, full_name: string, username = "u") => ({
  cid,
  full_name,
  username,
  looks: fakeLooks(full_name, username),
});
const NOON = new Date(2026, 10, 22, 12).getTime();

test("a name of invisible signs alone falls back to the username", () => {
  expect(displayName(person(1n, "\u200b\u2060 ", "ghost"))).toBe("ghost");
  expect(displayName(person(1n, "\u202eevil\u202c", "x"))).toBe("evil");
});

test("only somebody who is registered asks to connect", () => {
  const asks = (relation: PeerView["relation"], connection: PeerView["connection"]) =>
    asksToConnect({ relation, connection } as PeerView);
  expect(asks("registered", "asks_you")).toBe(true);
  expect(asks("registered", "connected")).toBe(false);
  expect(asks("requested", "asks_you")).toBe(false);
});

test("members are those who agreed, online first and then by name, and after them those who were asked", () => {
  const row = (cid: bigint, name: string, change: Partial<PeerView>) =>
    ({ ...person(cid, name), relation: "registered", online: false, blocked: false, ...change }) as PeerView;
  const rows = [
    row(1n, "Ann", { relation: "requested" }),
    row(2n, "Zoe", { online: true }),
    row(3n, "Dan", {}),
    row(4n, "Cara", {}),
    row(5n, "Bob", { blocked: true }),
    row(6n, "Eve", { relation: "none" }),
    row(7n, "Abe", { relation: "requested" }),
    row(8n, "Finn", {}),
  ];
  const peers = new Map(rows.map((peer) => [peer.cid, peer]));
  const members = membersOf({ peers } as unknown as Workspace);
  expect(members.map((peer) => peer.full_name)).toEqual(["Zoe", "Cara", "Dan", "Finn", "Abe", "Ann"]);
});

test("signs that join emoji stay", () => {
  expect(displayName(person(1n, "👩‍🚀 Day"))).toBe("👩‍🚀 Day");
  expect(initials("👩‍🚀 Day")).toBe("👩‍🚀D");
  expect(initials("ليلى حداد")).toBe("لح");
});

test("names that only look different are the same name, and their bearers are told apart", () => {
  const people = [person(1n, "Ann Ash"), person(2n, "Ａnn\u200b ASH"), person(3n, "Bob")];
  const twice = ambiguousNames(people);
  expect(people.map((one) => isAmbiguous(one, twice))).toEqual([true, true, false]);
});

test.each([
  ["Cyrillic", "B\u043eb Birch"],
  ["a variation selector", "Bob\uFE0F Birch"],
  ["an empty letter", "Bob\u3164 Birch"],
  ["a grapheme joiner", "Bo\u034Fb Birch"],
])("a look-alike by %s is told apart, and so is whom it looks like", (_, name) => {
  const [bob, other] = [person(1n, "Bob Birch", "bob"), person(2n, name, "mallory")];
  const twice = ambiguousNames([bob, other]);
  expect([bob, other].map((one) => isAmbiguous(one, twice))).toEqual([true, true]);
  expect(lookAlikeOf(other, [bob, other])).toBe(bob);
  expect(initials(name)).toBe("BB");
});

test("what nobody sees puts the username beside a name that nobody else has", () => {
  expect(isAmbiguous(person(1n, "Zo\u200de"), new Set())).toBe(true);
  expect(isAmbiguous(person(1n, "Zoe"), new Set())).toBe(false);
});

test("people are found by a part of either name, whatever its case", () => {
  expect(matchesQuery(person(1n, "Ｂea Lind", "bea.l"), " BEA ")).toBe(true);
  expect(matchesQuery(person(1n, "Bea Lind", "bea.l"), "a.l")).toBe(true);
  expect(matchesQuery(person(1n, "Bea Lind", "bea.l"), "zoe")).toBe(false);
});

test("a reason is a sentence about the person, with its time", () => {
  const since = String(new Date(2026, 10, 22, 9, 5).getTime());
  const reason = { code: "peer_offline", params: { since }, acts: "peer" } as const;
  expect(sentenceOf(reason, { peer: "Bea", now: NOON, waiting: true })).toMatch(
    /^Bea is offline since 0?9:05( AM)?\. It is sealed/,
  );
});

test("every code of the catalogue makes a whole sentence, with and without its parameters", () => {
  for (const code of knownCodes()) {
    const reason = { code, params: {}, acts: "user" } as const;
    expect(sentenceOf(reason), code).toMatch(/^[A-Z].*\.$/);
    expect(sentenceOf(reason), code).not.toMatch(/undefined|NaN|Error|!/);
  }
});

test("an unknown code is a sentence, and its detail is there for whoever helps", () => {
  const reason = { code: "moon_phase", params: { phase: "new" }, acts: "retry" } as const;
  expect(sentenceOf(reason)).toBe("That did not work this time. Try again in a moment.");
  expect(technicalDetail(reason)).toBe("moon_phase phase=new");
});

test.each([2 ** 53, -(2 ** 53), 8.64e15, -8.64e15, Number.NaN, Number.POSITIVE_INFINITY, 0])(
  "no number that somebody's program calls a time breaks the page: %d",
  (time) => {
    const now = Date.now();
    for (const told of [
      times.clockTime,
      times.dayOfMonth,
      times.weekday,
      times.fullDay,
      times.fullTime,
      times.isoTime,
    ])
      expect(told(time)).not.toBe("");
    for (const told of [times.dayName, times.shortTime, times.sinceTime, times.endTime])
      expect(told(time, now)).not.toBe("");
    expect(times.sameDay(time, now)).toBe(false);
  },
);

test("times are told as people tell them", () => {
  expect(dayName(NOON - 86_400_000, NOON)).toBe("Yesterday");
  expect(dayName(new Date(2025, 2, 3).getTime(), NOON)).toBe("March 3, 2025");
  expect(sinceTime(NOON - 86_400_000, NOON)).toMatch(/^yesterday at 12:00/);
  expect([4200, 95_000, 150_000, 7_200_000].map(shortDuration)).toEqual(["4 s", "95 s", "3 min", "2 h"]);
});

describe("what is said of a path", () => {
  const ONLINE: LinkView = { state: "online", since: NOON, reason: null };
  const AWAY: LinkView = { state: "away", since: new Date(2026, 10, 22, 11, 2).getTime(), reason: null };
  const path = (kind: PathView["kind"], code?: string, rtt_ms: number | null = null): PathView => ({
    kind,
    since: NOON,
    rtt_ms,
    rtt_history: [],
    unsteady: false,
    reason: code === undefined ? null : { code, params: {}, acts: "retry" },
  });
  const words = (view: PathView | null, link: LinkView) => standingWords(standingOf(view, link), NOON);

  test("each way has its word, and the round trip where there is one", () => {
    expect(words(path("direct", undefined, 12.3), ONLINE)).toBe("direct, round trip 12 ms");
    expect(words(path("relayed", "udp_blocked_here"), ONLINE)).toBe("relayed");
    expect(words(path("mailbox", "peer_offline"), ONLINE)).toBe("through the server");
    expect(words(null, ONLINE)).toBe("not known");
  });

  test("while the server is away nothing waits for it that goes directly, and nothing else claims to travel", () => {
    expect(words(path("direct", undefined, 12), AWAY)).toMatch(
      /^server away since 11:02( AM)?, direct, round trip 12 ms$/,
    );
    expect(words(path("mailbox", "server_away"), AWAY)).toBe("waiting for the server");
    expect(words(path("mailbox"), AWAY)).toBe("waiting for the server");
    const meaning = (view: PathView) => wayMeaning(standingOf(view, AWAY), "Bea", AWAY, NOON);
    expect(meaning(path("mailbox", "server_away"))).toMatch(
      /^The server is away since .* no direct way to Bea/,
    );
    expect(meaning(path("direct"))).toMatch(/messages go on while the server is away/);
  });

  test("that the server sees nothing is said only while it is so", () => {
    const meaning = (view: PathView) => wayMeaning(standingOf(view, ONLINE), "Bea", ONLINE, NOON);
    expect(meaning(path("direct"))).toMatch(/The server sees none of it\.$/);
    expect(meaning({ ...path("direct"), unsteady: true })).not.toMatch(/The server sees none of it/);
  });

  test("a relay that does not answer is not blamed on anybody's network before it had its time", () => {
    expect(whyNotDirect(path("mailbox", "relay_unreachable"), "Bea")).toMatch(
      /right now\. It is tried again/,
    );
    expect(adviceFor(path("mailbox", "relay_unreachable"))?.sentence).toMatch(/^If it stays like this/);
  });

  test("a copy that was replaced sends nothing, and does not claim to wait", () => {
    const fenced: LinkView = { state: "fenced", since: NOON, reason: null };
    expect(words(path("mailbox", "fenced"), fenced)).toBe("stopped");
  });

  test("a path that is unsteady is said to be, and that the mailbox helps", () => {
    const unsteady = { ...path("direct", undefined, 5), unsteady: true };
    expect(words(unsteady, ONLINE)).toBe("direct, unsteady, round trip 5 ms");
    expect(wayMeaning(standingOf(unsteady, ONLINE), "Bea", ONLINE, NOON)).toMatch(/take the server as well/);
  });

  test.each(["not_accepting", "mailbox_full", "blocked_by_you", "identity_changed"])(
    "nobody is said to keep what the server does not take: %s",
    (code) => {
      expect(words(path("mailbox", code), ONLINE)).toBe("kept here");
      const meaning = wayMeaning(standingOf(path("mailbox", code), ONLINE), "Bea", ONLINE, NOON);
      expect(meaning).not.toMatch(/kept by the server/);
      expect(whyNotDirect(path("mailbox", code), "Bea")).not.toBeNull();
    },
  );

  test.each([
    ["udp_blocked_here", /^Your network blocks UDP/],
    ["nats_change_ports", /change ports/],
    ["relay_only_on", /^You hide your address/],
    ["relay_only_there", /^Bea hides their address/],
    ["no_relay", /switched off/],
    ["peer_offline", /^Bea is offline\. A connection to them is made when they are back/],
  ])("why not direct: %s", (code, sentence) => {
    expect(whyNotDirect(path("relayed", code), "Bea")).toMatch(sentence);
  });

  test("there is advice where one can do something, and it says where", () => {
    expect(adviceFor(path("relayed", "relay_only_on"))?.inSettings).toBe(true);
    expect(adviceFor(path("relayed", "udp_blocked_here"))?.inSettings).toBe(false);
    expect(adviceFor(path("relayed", "relay_only_there"))).toBeNull();
    const story = (code: string) => pathStory(path("relayed", code), ONLINE, "Bea", NOON);
    expect(story("relay_only_on")).toMatchObject({ adviceInSettings: true });
    expect(story("relay_only_there")).toMatchObject({ advice: null, adviceInSettings: false });
  });

  test("who is there is what the service says, and of whom one blocks nothing is said", () => {
    const bea = { relation: "registered", online: true, online_since: null, blocked: false } as const;
    expect(presenceOf(bea)).toBe("online");
    expect(presenceOf({ ...bea, online: null })).toBe("unknown");
    expect(presenceSentence({ ...bea, online: null, blocked: true }, NOON)).toBe("Blocked");
  });

  test("round trips are short words, and none is longer than six signs", () => {
    expect([0.2, 0.7, 12.4, 999.4, 999.6, 12_345].map(roundTripWords)).toEqual([
      "<1 ms",
      "1 ms",
      "12 ms",
      "999 ms",
      "1.0 s",
      "12.3 s",
    ]);
  });

  test("round trips of before the path changed are not counted as its own", () => {
    const changed = { ...path("direct"), since: NOON - 9000, rtt_history: [80, 82, 9, 12, 30] };
    const trips = roundTripsOf(changed, NOON);
    expect(trips).toEqual({ earlier: [80, 82], current: [9, 12, 30] });
    expect(roundTripSentence(trips)).toBe("median 12 ms, between 9 and 30 ms");
    expect(roundTripSentence({ earlier: [5], current: [] })).toBe("not measured yet");
    expect(roundTripSentence({ earlier: [], current: [4, 4.2] })).toBe("steady at 4 ms");
    expect(roundTripSentence({ earlier: [], current: [0.2, 40, 1200] })).toBe(
      "median 40 ms, between <1 ms and 1.2 s",
    );
  });
});

test("a list of names says the first two and counts the rest", () => {
  const people = ["Ann", "Bob", "Cara", "Dan"].map((name, index) => person(BigInt(index), name));
  expect([1, 2, 3, 4].map((count) => listOfNames(people.slice(0, count)))).toEqual([
    "Ann",
    "Ann and Bob",
    "Ann, Bob and Cara",
    "Ann, Bob and 2 others",
  ]);
});

test("what came back after data was lost is told as the word of the other device, not as said by you", () => {
  const line = { kind: "note_returned", text: "see you at noon" };
  expect(lineOf(line, "Bob")).toBe("\u2068Bob\u2069's device has this from you: see you at noon");
  expect(lineOf({ kind: "note_missing", text: "3" }, "Bob")).toContain("3 more of your messages");
  expect(lineOf({ kind: "note_restored", text: null }, "Bob")).toContain("may be missing here");
  expect(lineOf({ kind: "chat", text: "hello" }, "Bob")).toBeNull();
  expect(previewOf({ ...line, mine: false } as MessageView)).toBe(
    "Their device has this from you: see you at noon",
  );
});

test.each([
  ["note_disconnected", "You disconnected from \u2068Bob\u2069", "You disconnected"],
  ["note_disconnected_there", "\u2068Bob\u2069 disconnected", "They disconnected"],
  ["note_connected", "You connected with \u2068Bob\u2069 again", "You connected again"],
  ["note_connected_there", "\u2068Bob\u2069 connected again", "They connected again"],
])("%s says who did it: %s", (kind, line, preview) => {
  expect(lineOf({ kind, text: "" }, "Bob")).toBe(line);
  expect(previewOf({ kind, text: "", mine: false } as MessageView)).toBe(preview);
});

test.each([
  ["zoe", "Zoë Ångström"],
  ["ANGSTROM", "Zoë Ångström"],
  ["zoë", "Zoe"],
  ["nguyen", "Nguyễn Văn"],
])("searching %s finds %s", (query, full_name) => {
  expect(matchesQuery({ full_name, username: "someone" }, query)).toBe(true);
});

test.each<[string, Reason["params"], string]>([
  [
    "update_server",
    {},
    "What answers at the server’s address is too old for this program. Whoever runs it has to update it.",
  ],
  [
    "update_server",
    { what: "invitations" },
    "The server is too old to let people in by a link. Whoever runs it has to update it; until then, people make an account there themselves.",
  ],
  [
    "update_this_computer",
    {},
    "This program is too old for what answers at the server’s address. Update Casemate on this computer.",
  ],
])("%s with %j says which side is older, and what to do", (code, params, sentence) => {
  expect(sentenceOf({ code, params, acts: "user" })).toBe(sentence);
});
