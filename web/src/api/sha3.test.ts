import { expect, test } from "vitest";

import { sha3_256 } from "./sha3";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

test.each([
  ["", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"],
  ["abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"],
  ["a".repeat(135), "8094bb53c44cfb1e67b7c30447f9a1c33696d2463ecc1d9c92538913392843c9"],
  ["a".repeat(136), "3fc5559f14db8e453a0a3091edbd2bc25e11528d81c66fa570a4efdcc2695ee1"],
])("SHA3-256 of %j", (text, digest) => {
  expect(hex(sha3_256(new TextEncoder().encode(text)))).toBe(digest);
});
