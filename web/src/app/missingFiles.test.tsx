/** After an update an old page asks for files that are not there any more: what they hold is missing, and nothing else. */
import { act, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { openConversation } from "../testing/openConversation";
import { ANN, BOB, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const asked = vi.hoisted(() => new Set<string>());
const isGone = vi.hoisted(() => (name: string) => () => {
  asked.add(name);
  throw new TypeError("Failed to fetch dynamically imported module");
});
vi.mock("../features/conversation/pins/PinBar", isGone("PinBar"));
vi.mock("../features/conversation/later/ScheduledList", isGone("ScheduledList"));
vi.mock("../features/settings/storage/Storage", isGone("Storage"));

const ID = "0b".repeat(16);

test("a conversation stays when what stands above and below it does not come", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, ID, "Tea at four?");
  const { box, user } = await openConversation(App, world);
  const [conversation = ""] = ann.messages.keys();
  await user.type(box, "A draft");
  act(() => {
    world.changes.pin([ann, bob], bob, conversation, ID, true);
    ann.scheduled.put(
      {
        id: "5".padStart(32, "0"),
        conversation,
        text: "later",
        reply_to: null,
        written_at: Date.now(),
        due_at: Date.now() + 3_600_000,
        refused: null,
      },
      () => undefined,
    );
  });
  await waitFor(() => {
    expect(screen.getAllByText(/This part of the page could not be loaded/u)).toHaveLength(2);
  });
  expect([...asked]).toEqual(expect.arrayContaining(["PinBar", "ScheduledList"]));
  expect(box).toHaveValue("A draft");
  expect(screen.queryByText(/stumbled/u)).toBeNull();
});

test("the settings stay when one part of them does not come", async () => {
  await showApp(App, `/a/${ANN.toString()}/settings`);
  expect(await screen.findByText(/This part of the page could not be loaded/u)).toBeVisible();
  expect(screen.getByRole("region", { name: "Leave" })).toBeVisible();
});
