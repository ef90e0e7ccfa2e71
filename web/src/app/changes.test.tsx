/** What became of messages, as both of two people see it. */
import { act, screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { conversationId } from "../testing/conversationId";
import { App } from "./App";

const TALK = conversationId(ANN, BOB);
const SAID = "5a".repeat(16);

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

async function talk() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.agree(ann, bob);
  world.send(bob, ann, SAID, "See you at ten");
  await showApp(App, conversationOf(ANN, BOB), world);
  expect(await screen.findByText("See you at ten", { selector: "p" })).toBeVisible();
  return { world, sides: [ann, bob] as const };
}

test("an edited message says what it says now, and that it was edited", async () => {
  const { world, sides } = await talk();
  act(() => {
    world.changes.edit(sides, TALK, SAID, "See you at eleven");
  });
  expect(await screen.findByText("See you at eleven", { selector: "p" })).toBeVisible();
  expect(screen.getByText("Edited")).toBeVisible();
  expect(screen.queryByText("See you at ten")).toBeNull();
});

test("of a message that was deleted there is a trace, in the conversation and in the list", async () => {
  const { world, sides } = await talk();
  act(() => {
    world.changes.react(sides, sides[0], TALK, SAID, ["👍"]);
    world.changes.delete(sides, TALK, SAID);
  });
  expect(await screen.findByText("This message was deleted", { selector: "p" })).toBeVisible();
  const list = screen.getByRole("region", { name: "Direct messages" });
  expect(within(list).getByText("This message was deleted")).toBeVisible();
  expect(screen.queryByText(/See you at ten/)).toBeNull();
  expect(screen.queryByRole("list", { name: "Reactions" })).toBeNull();
});

test("reactions say who gave them", async () => {
  const { world, sides } = await talk();
  act(() => {
    world.changes.react(sides, sides[1], TALK, SAID, ["👍", "🎂"]);
    world.changes.react(sides, sides[0], TALK, SAID, ["👍"]);
  });
  const reactions = within(await screen.findByRole("list", { name: "Reactions" })).getAllByRole("listitem");
  expect(reactions.map((each) => each.textContent)).toEqual(["👍2by Bob Birch and you", "🎂by Bob Birch"]);
});

test.each([
  ["here", "Tea?", "Tea?"],
  ["deleted", null, "a message that was deleted"],
  ["unknown", null, "a message that is not on this computer"],
] as const)("an answer to a message that is %s shows it as it is now", async (state, text, words) => {
  const {
    sides: [ann],
  } = await talk();
  const reply = { author: ann.account_id, id: "7".repeat(32), state, text };
  act(() => {
    const row = ann.message(TALK, SAID);
    if (row !== undefined) ann.putMessage({ ...row, reply });
  });
  expect(await screen.findByText(words)).toBeVisible();
});
