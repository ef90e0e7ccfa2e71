import { expect, test } from "vitest";

import { ambiguousNames, displayName, initials, isAmbiguous, matchesQuery } from "./names";
import { pathSentence, pathWord } from "./paths";
import { knownCodes, sentenceOf, technicalDetail } from "./reasons";
import { parseRoute, pathOf } from "./route";
import { dayName, shortDuration, sinceTime } from "./times";

const person = (cid: bigint, full_name: string, username = "u") => ({ cid, full_name, username });
const NOON = new Date(2026, 10, 22, 12).getTime();

test("a name of invisible signs alone falls back to the username", () => {
  expect(displayName(person(1n, "\u200b\u2060 ", "ghost"))).toBe("ghost");
  expect(displayName(person(1n, "\u202eevil\u202c", "x"))).toBe("evil");
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

test("addresses say where one is, and come back from what they say", () => {
  for (const path of [
    "/",
    "/?create",
    "/?sign-in",
    "/a/18446744073709551615",
    "/a/7/settings",
    "/a/7/people",
    "/a/7/c/9",
  ]) {
    const [pathname = "", search = ""] = path.split("?");
    expect(pathOf(parseRoute(pathname, search))).toBe(path);
  }
  for (const path of [
    "/a",
    "/a/0",
    "/a/-1",
    "/a/1e3",
    "/a/18446744073709551616",
    "/a/7/x",
    "/a/7/c",
    "/a/7/c/9/9",
    "/x",
  ])
    expect(parseRoute(path).screen).toBe("nowhere");
});

test("times are told as people tell them", () => {
  expect(dayName(NOON - 86_400_000, NOON)).toBe("Yesterday");
  expect(dayName(new Date(2025, 2, 3).getTime(), NOON)).toBe("March 3, 2025");
  expect(sinceTime(NOON - 86_400_000, NOON)).toMatch(/^yesterday at 12:00/);
  expect([4200, 95_000, 150_000, 7_200_000].map(shortDuration)).toEqual(["4 s", "95 s", "3 min", "2 h"]);
});

test("while the server is away the path does not claim that messages travel", () => {
  const path = { kind: "mailbox", since: 0, rtt_ms: null, rtt_history: [] } as const;
  const away = { ...path, reason: { code: "server_away", params: {}, acts: "retry" } } as const;
  expect(pathWord({ ...path, reason: null })).toBe("through the server");
  expect(pathWord(away)).toBe("waiting for the server");
  expect(pathSentence(away, "Bea")).toMatch(/^The server is away/);
});
