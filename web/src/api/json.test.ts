/// <reference types="node" />
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { describe, expect, test } from "vitest";

import type { ExactNumbers } from "./exactNumbers";
import { LIBRARY, nativeNumbers } from "./exactNumbers";
import { decode, encode, UnreadableFrame } from "./json";

// What browsers do unasked, older versions of Node do in a fresh context, and when they are told to.
setFlagsFromString("--harmony-json-parse-with-source");
const NATIVE = nativeNumbers(runInNewContext("JSON") as object) as ExactNumbers;

describe.each([
  ["the browser itself", NATIVE],
  ["the library", LIBRARY],
])("numbers read by %s", (_, numbers) => {
  test("a cid beyond 2^53 survives both ways, exactly", () => {
    const text =
      '{"Response":{"Done":{"cid":18446744073709551615,"peer_cid":9007199254740993,"request_id":null}}}';
    const frame = decode(text, numbers) as { Response: { Done: { cid: unknown; peer_cid: unknown } } };
    expect(frame.Response.Done.cid).toBe(18_446_744_073_709_551_615n);
    expect(frame.Response.Done.peer_cid).toBe(9_007_199_254_740_993n);
    expect(encode(frame, numbers)).toBe(text);
  });

  test("a small cid is a bigint, too, and a time stays a number", () => {
    expect(decode('{"cid":7,"session_cid":8,"since":1764000000000,"rtt_ms":0.5}', numbers)).toEqual({
      cid: 7n,
      session_cid: 8n,
      since: 1_764_000_000_000,
      rtt_ms: 0.5,
    });
  });

  test("numbers of every form are what they say, in lists as well", () => {
    expect(decode("[0,-1,1e3,2.5e-1,18446744073709551615,[9007199254740993]]", numbers)).toEqual([
      0,
      -1,
      1000,
      0.25,
      18_446_744_073_709_551_615n,
      [9_007_199_254_740_993n],
    ]);
  });

  test("text that only looks like a cid stays text", () => {
    expect(decode('{"text":"\\"cid\\":18446744073709551615"}', numbers)).toEqual({
      text: '"cid":18446744073709551615',
    });
  });

  test.each(["{", '{"cid":1.5}', "1e300", ""])("%j is a named error", (text) => {
    expect(() => decode(text, numbers)).toThrow(UnreadableFrame);
  });

  test("what is not there is not sent, and nothing is no frame", () => {
    expect(encode({ a: undefined, b: [1n, "1"], c: null }, numbers)).toBe('{"b":[1,"1"],"c":null}');
    expect(() => encode(undefined, numbers)).toThrow(TypeError);
  });
});

test("a browser that does not tell how a number was written is found out", () => {
  expect(nativeNumbers({ parse: (text: string) => JSON.parse(text) as unknown, rawJSON: String })).toBeNull();
  expect(nativeNumbers({ parse: (text: string) => JSON.parse(text) as unknown })).toBeNull();
});
