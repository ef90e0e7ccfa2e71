/** SHA3-256 (FIPS 202), which browsers do not have; server passwords travel in this form. */

const RATE_BYTES = 136;
const ROUNDS = 24;
const MASK = (1n << 64n) - 1n;

export function sha3_256(message: Uint8Array): Uint8Array {
  const lanes = new Array<bigint>(25).fill(0n);
  const padded = pad(message);
  for (let offset = 0; offset < padded.length; offset += RATE_BYTES) {
    for (let lane = 0; lane < RATE_BYTES / 8; lane++) {
      const view = new DataView(padded.buffer, offset + lane * 8, 8);
      lanes[lane] = at(lanes, lane) ^ view.getBigUint64(0, true);
    }
    permute(lanes);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) digest.setBigUint64(lane * 8, at(lanes, lane), true);
  return new Uint8Array(digest.buffer);
}

function pad(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array((Math.floor(message.length / RATE_BYTES) + 1) * RATE_BYTES);
  padded.set(message);
  padded[message.length] = 0x06;
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80;
  return padded;
}

function permute(a: bigint[]): void {
  let lfsr = 1;
  for (let round = 0; round < ROUNDS; round++) {
    theta(a);
    rhoAndPi(a);
    chi(a);
    for (let bit = 0; bit <= 6; bit++) {
      if (lfsr & 1) a[0] = at(a, 0) ^ (1n << BigInt(2 ** bit - 1));
      lfsr = (lfsr << 1) ^ (lfsr & 0x80 ? 0x171 : 0);
    }
  }
}

function theta(a: bigint[]): void {
  const parity = [0, 1, 2, 3, 4].map(
    (x) => at(a, x) ^ at(a, x + 5) ^ at(a, x + 10) ^ at(a, x + 15) ^ at(a, x + 20),
  );
  for (let x = 0; x < 5; x++) {
    const change = at(parity, (x + 4) % 5) ^ rotate(at(parity, (x + 1) % 5), 1);
    for (let y = 0; y < 25; y += 5) a[x + y] = at(a, x + y) ^ change;
  }
}

function rhoAndPi(a: bigint[]): void {
  let [x, y] = [1, 0];
  let current = at(a, x);
  for (let step = 0; step < 24; step++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    const next = at(a, x + 5 * y);
    a[x + 5 * y] = rotate(current, (((step + 1) * (step + 2)) / 2) % 64);
    current = next;
  }
}

function chi(a: bigint[]): void {
  for (let y = 0; y < 25; y += 5) {
    const row = a.slice(y, y + 5);
    for (let x = 0; x < 5; x++) a[x + y] = at(row, x) ^ (~at(row, (x + 1) % 5) & MASK & at(row, (x + 2) % 5));
  }
}

function rotate(lane: bigint, by: number): bigint {
  return ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK;
}

function at(lanes: readonly bigint[], index: number): bigint {
  return lanes[index] ?? 0n;
}
