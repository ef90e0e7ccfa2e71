/** A name on the screen is a key: whoever may be taken for another is told apart wherever the name stands. */
import { screen, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const MALLORY = 7_000n;

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

function worldWithLookAlike(fullName: string) {
  const world = worldOfThree();
  world.agree(world.account(ANN), world.account(BOB));
  world.person(MALLORY, "mallory", fullName);
  world.requestContact(world.account(MALLORY), world.account(ANN));
  return world;
}

test.each([
  ["Cyrillic letters", "B\u043eb Birch"],
  ["a variation selector", "Bob\uFE0F Birch"],
  ["an empty letter", "Bob\u3164 Birch"],
  ["a grapheme joiner", "Bo\u034Fb Birch"],
])("a request under a name that looks like a friend's by %s warns", async (_, fullName) => {
  await showApp(App, `/a/${ANN.toString()}`, worldWithLookAlike(fullName));
  const card = await screen.findByRole("listitem", { name: /^Request from/ });
  expect(within(card).getByRole("note")).toHaveTextContent(/looks like that of @bob.*somebody else/);
  // Nothing invites to say yes.
  const [accept, decline] = ["Accept", "Decline"].map((name) => within(card).getByRole("button", { name }));
  expect(accept?.className).toBe(decline?.className);
});

test("the one who was known first has the username beside the name, too", async () => {
  const world = worldWithLookAlike("B\u043eb Birch");
  world.agree(world.account(ANN), world.account(MALLORY));
  await showApp(App, `/a/${ANN.toString()}`, world);
  const sidebar = await screen.findByRole("region", { name: "Direct messages" });
  expect(within(sidebar).getByText("@bob")).toBeVisible();
  expect(within(sidebar).getByText("@mallory")).toBeVisible();
});

test("another account under a known name is called so in card, conversation and directory", async () => {
  const world = worldWithLookAlike("Bob Birch");
  const [ann, mallory] = [world.account(ANN), world.account(MALLORY)];
  const namesake = { cid: BOB, username: "bob", full_name: "Bob Birch" };
  ann.changePeer({ ...world.peer(ann, mallory), identity_changed: true, namesake });
  const { user } = await showApp(App, conversationOf(ANN, MALLORY), world);
  const card = await screen.findByRole("listitem", { name: /^Request from/ });
  expect(within(card).getByRole("note")).toHaveTextContent("Not the @bob you knew");
  expect(screen.getByText(/This is not the/)).toHaveTextContent("This is not the @bob you knew.");
  await user.click(screen.getByTitle("Find people"));
  const dialog = await screen.findByRole("dialog", { name: "Find people" }, { timeout: 10_000 });
  expect(await within(dialog).findByText(/^Not the/, {}, { timeout: 5000 })).toHaveTextContent(
    "Not the @bob you know",
  );
});

test("names that nobody has signed are called the server's word", async () => {
  const world = worldOfThree();
  const [ann, cara] = [world.account(ANN), world.account(CARA)];
  world.requestContact(cara, ann);
  ann.changePeer({ ...world.peer(ann, cara), names_signed: false });
  await showApp(App, `/a/${ANN.toString()}`, world);
  const card = await screen.findByRole("listitem", { name: /^Request from/ });
  expect(card).toHaveTextContent("Name as the server says.");
  expect(within(card).queryByRole("note")).toBeNull();
});

test("in the directory, too, names of strangers are the server's word, and those of whom one knows are not", async () => {
  const world = worldOfThree();
  world.agree(world.account(ANN), world.account(BOB));
  const { user } = await showApp(App, `/a/${ANN.toString()}`, world);
  await user.click(await screen.findByTitle("Find people"));
  const dialog = await screen.findByRole("dialog", { name: "Find people" }, { timeout: 10_000 });
  const row = async (name: string) => (await within(dialog).findByText(name)).closest("li");
  expect(await row("Cara Cedar")).toHaveAccessibleDescription("Name as the server says");
  expect(await row("Bob Birch")).not.toHaveAccessibleDescription();
});
