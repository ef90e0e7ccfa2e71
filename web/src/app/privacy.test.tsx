/** What nobody is told: switched in the settings, and said truly where one looks for it. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import type { FakeWorld } from "../testing/FakeWorld";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;

const ID = "0c".repeat(16);

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

async function detailsOf(text: string, world: FakeWorld) {
  const { messages, user } = await openConversation(App, world);
  fireEvent.contextMenu(within(messages()).getByText(text, { selector: "p" }), { clientX: 40, clientY: 40 });
  await user.click(within(await screen.findByRole("menu")).getByRole("menuitem", { name: "Details" }));
  return within(await screen.findByRole("dialog", { name: "Details of this message" }));
}

test("read receipts and typing are switched off in the settings, with what that costs", async () => {
  const { user, world } = await showApp(App, SETTINGS);
  const privacy = within(await screen.findByRole("region", { name: "Privacy" }));
  await user.click(privacy.getByRole("switch", { name: "Read receipts" }));
  await waitFor(() => {
    expect(world.account(ANN).settings.read_receipts).toBe(false);
  });
  expect(privacy.getByRole("switch", { name: "Read receipts" })).not.toBeChecked();
  expect(privacy.getByText(/nobody is told, not later either/)).toBeVisible();
  await user.click(privacy.getByRole("switch", { name: "Show when I am typing" }));
  await waitFor(() => {
    expect(world.account(ANN).settings.typing).toBe(false);
  });
});

test("of a message that is not said to be read, nobody says that it was not", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(ann, bob, ID, "Did you see this?");
  const details = await detailsOf("Did you see this?", world);
  expect(details.getByText(/It never does if Bob Birch sends no read receipts/)).toBeVisible();
  act(() => {
    ann.settings = { ...ann.settings, read_receipts: false };
    ann.changeAccount();
  });
  expect(details.getByText("You send no read receipts, so you are told of none.")).toBeVisible();
});

test("what was read without receipts says so, and its writer is shown nothing", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  ann.settings = { ...ann.settings, read_receipts: false };
  const said = world.send(bob, ann, ID, "A word for you");
  world.readAll(ann, bob, 1000);
  expect(bob.message(said.conversation, said.id)?.status).toBe("delivered");
  const details = await detailsOf("A word for you", world);
  expect(details.getByText(/Bob Birch is not told/)).toBeVisible();
});
