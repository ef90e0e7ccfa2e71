import { expect, test } from "vitest";

import { isThisComputer, linksIn } from "./links";

const shown = (text: string) => linksIn(text, 50).map((link) => link.shown);
const hrefs = (text: string) => linksIn(text, 50).map((link) => link.href);

test("brackets that belong to an address stay with it, those around it do not", () => {
  expect(shown("(see https://example.org/wiki/A_(letter))")).toEqual(["https://example.org/wiki/A_(letter)"]);
  expect(shown("See https://example.org/a?b=c#d, and (http://example.net/x).")).toEqual([
    "https://example.org/a?b=c#d",
    "http://example.net/x",
  ]);
});

test("www. and mail addresses are links; file names and other schemes are not", () => {
  expect(hrefs("www.example.org/x, bea@example.org")).toEqual([
    "http://www.example.org/x",
    "mailto:bea@example.org",
  ]);
  expect(
    hrefs("notes.py e.g.this example.org javascript:alert(1) data:text/html,x ftp://a.example //a.example"),
  ).toEqual([]);
});

test("signs that turn or hide what is read are shown escaped", () => {
  expect(shown("https://good.example/\u202Egnp.exe")).toEqual(["https://good.example/%E2%80%AEgnp.exe"]);
  expect(shown("https://good.example/a\u200Bb")).not.toContain("https://good.example/a\u200Bb");
});

test.each([
  ["of mixed scripts", "https://exаmple.org/", "https://xn--exmple-4nf.org/"],
  ["wholly of look-alikes under a Latin end", "https://аррӏе.com/", "https://xn--80ak6aa92e.com/"],
  ["with a sign like a slash", "https://bank.example∕evil.example/", null],
  ["in wide letters", "https://ｅxample.org/", "https://example.org/"],
])("a host %s is shown as the browser calls it", (_, written, parsed) => {
  const [seen] = shown(written);
  if (parsed === null) expect(seen).not.toBe(written);
  else expect(seen).toBe(parsed);
});

test("hosts of one script are shown as their owners write them", () => {
  for (const written of [
    "https://zoë.example/",
    "https://bücher.example/",
    "https://例え.jp/",
    "https://пример.рф/",
  ])
    expect(shown(written)).toEqual([written]);
});

test("what stands before an @ is no host: it is neither shown nor sent", () => {
  expect(linksIn("https://bank.example@evil.example/login", 50)).toMatchObject([
    { href: "https://evil.example/login", shown: "https://evil.example/login" },
  ]);
  expect(shown("https://bank.example:pass@evil.example")).toEqual(["https://evil.example/"]);
});

test("a mail link carries an address and nothing else", () => {
  expect(hrefs("mailto:bea@example.org?subject=x&bcc=eve@evil.example")).toEqual(["mailto:bea@example.org"]);
});

test("addresses of this computer are text: whoever listens there must not be sent a click", () => {
  for (const host of [
    "localhost",
    "a.localhost",
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0.0.0.0",
    "[::1]",
    "[::]",
  ]) {
    expect(isThisComputer(new URL(`http://${host}:8080/`).hostname)).toBe(true);
    expect(hrefs(`http://${host}:8080/x`)).toEqual([]);
  }
  expect(isThisComputer(new URL("http://[::ffff:127.0.0.1]/").hostname)).toBe(true);
  expect(isThisComputer("128.0.0.1")).toBe(false);
  expect(isThisComputer("localhost.example")).toBe(false);
});

test("no more links than asked for, however many there are", () => {
  expect(linksIn("https://a.example ".repeat(70_000), 50)).toHaveLength(50);
});
