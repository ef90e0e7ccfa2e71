import { expect, test } from "vitest";

import type { FakeAccount } from "../testing/FakeAccount";
import { conversationId } from "../testing/conversationId";
import { FakeWorld } from "../testing/FakeWorld";
import type { Workspace } from "../state/workspace";
import { applySnapshot } from "../state/workspace";
import { newsBetween } from "./news";

const TALK = conversationId(1n, 2n);

function twoPeople() {
  const world = new FakeWorld();
  const ann = world.person(1n, "ann", "Ann", { local: true });
  const bob = world.person(2n, "bob", "Bob", { local: true });
  const look = (): Workspace => applySnapshot(null, { ...ann.snapshot(), request_id: null });
  let known = look();
  const heard = (): string[] => {
    const before = known;
    known = look();
    return newsBetween(before, known).map((news) => news.words);
  };
  return { world, ann, bob, heard, look };
}

let sent = 0;
const say = (world: FakeWorld, from: FakeAccount, to: FakeAccount, text: string) =>
  world.send(from, to, (++sent).toString(16).padStart(32, "0"), text);

test("a request is told, and its answer to whoever waits for it", () => {
  const { world, ann, bob, heard } = twoPeople();
  world.requestContact(bob, ann);
  expect(heard()).toEqual(["Bob wants to talk to you."]);
  world.answerContact(ann, bob, false);
  expect(heard()).toEqual([]);
});

test.each([
  [true, "Bob accepted. You can talk now."],
  [false, "Bob declined."],
])("the asker is told, wherever they are: accepted %s", (accepts, words) => {
  const { world, ann, bob, look } = twoPeople();
  world.requestContact(ann, bob);
  const before = look();
  world.answerContact(bob, ann, accepts);
  expect(newsBetween(before, look())).toEqual([{ conversation: TALK, words, shown: true }]);
});

test("a message is told with its words, many of them with their number", () => {
  const { world, ann, bob, heard } = twoPeople();
  world.agree(ann, bob);
  heard();
  say(world, bob, ann, "hello Ann");
  expect(heard()).toEqual(["Bob: hello Ann"]);
  say(world, bob, ann, "one");
  say(world, bob, ann, "two");
  expect(heard()).toEqual(["2 new messages from Bob."]);
});

test("a message that was read on another screen meanwhile is not told", () => {
  const { world, ann, bob, heard } = twoPeople();
  world.agree(ann, bob);
  heard();
  say(world, bob, ann, "hello Ann");
  world.readAll(ann, bob, Number.MAX_SAFE_INTEGER);
  expect(heard()).toEqual([]);
});

test("how far one's own last message got is told at each step", () => {
  const { world, ann, bob, heard } = twoPeople();
  world.agree(ann, bob);
  heard();
  const message = say(world, ann, bob, "hello");
  expect(heard()).toEqual(["Delivered to Bob."]);
  world.markRead(bob, ann, new Set([message.id]), 0);
  expect(heard()).toEqual(["Read by Bob."]);
  expect(heard()).toEqual([]);
});

test("whoever is parted from is told, wherever they are; whoever parts hears that it is done", () => {
  const { world, ann, bob, heard, look } = twoPeople();
  world.agree(ann, bob);
  say(world, bob, ann, "hello Ann");
  const before = look();
  world.setConnected(bob, ann, false);
  expect(newsBetween(before, look())).toEqual([
    { conversation: TALK, words: "\u2068Bob\u2069 disconnected.", shown: true },
  ]);
  heard();
  world.setConnected(ann, bob, true);
  expect(heard()).toEqual(["You connected with \u2068Bob\u2069 again."]);
});

test("nothing is told of people one has blocked, nor at the first look", () => {
  const { world, ann, bob, heard, look } = twoPeople();
  world.setBlocked(ann, bob, true);
  heard();
  world.requestContact(bob, ann);
  expect(heard()).toEqual([]);
  expect(newsBetween(null, look())).toEqual([]);
});
