import { expect, test } from "vitest";

import { decode, encode, UnreadableFrame } from "./json";

test("a cid beyond 2^53 survives both ways, exactly", () => {
  const text =
    '{"Response":{"Done":{"cid":18446744073709551615,"peer_cid":9007199254740993,"request_id":null}}}';
  const frame = decode(text) as { Response: { Done: { cid: unknown; peer_cid: unknown } } };
  expect(frame.Response.Done.cid).toBe(18_446_744_073_709_551_615n);
  expect(frame.Response.Done.peer_cid).toBe(9_007_199_254_740_993n);
  expect(encode(frame)).toBe(text);
});

test("a small cid is a bigint, too, and a time stays a number", () => {
  expect(decode('{"cid":7,"session_cid":8,"since":1764000000000,"rtt_ms":0.5}')).toEqual({
    cid: 7n,
    session_cid: 8n,
    since: 1_764_000_000_000,
    rtt_ms: 0.5,
  });
});

test("text that only looks like a cid stays text", () => {
  expect(decode('{"text":"\\"cid\\":18446744073709551615"}')).toEqual({ text: '"cid":18446744073709551615' });
});

test("what is no JSON is a named error", () => {
  expect(() => decode("{")).toThrow(UnreadableFrame);
});
