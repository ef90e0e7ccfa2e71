/** Messages that stand at the top of a conversation, for both: how one gets there, is found, and goes. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const MINE = "0a".repeat(16);
const THEIRS = "0b".repeat(16);

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

async function talk() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, THEIRS, "Tea at four?");
  world.send(ann, bob, MINE, "The green one");
  world.readAll(ann, bob, 100);
  const shown = await openConversation(App, world);
  const [conversation = ""] = ann.messages.keys();
  const rowOf = (text: string) => {
    const row = within(shown.messages()).getByText(text, { selector: "p" }).closest("li");
    if (row === null) throw new Error("no row");
    return row;
  };
  const openMenu = async (text: string) => {
    fireEvent.contextMenu(rowOf(text), { clientX: 40, clientY: 40 });
    return within(await screen.findByRole("menu"));
  };
  const pinThere = (id: string, pinned = true) => {
    act(() => {
      world.changes.pin([ann, bob], bob, conversation, id, pinned);
    });
  };
  const bar = async () => within(await screen.findByRole("region", { name: "Pinned" }));
  return { ...shown, world, rowOf, openMenu, pinThere, bar, conversation };
}

test("a message is pinned for both by its menu, and the menu lets it go again", async () => {
  const { openMenu, user, bar, bob, conversation } = await talk();
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: /Pin for both/ }));
  expect((await bar()).getByText("Tea at four?")).toBeVisible();
  expect((await bar()).getByText("Pinned by you")).toBeInTheDocument();
  expect(bob.conversation(conversation).pins.map(({ id }) => id)).toEqual([THEIRS]);
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: /Unpin for both/ }));
  await waitFor(() => {
    expect(screen.queryByRole("region", { name: "Pinned" })).toBeNull();
  });
});

test("P on a message pins it, and lets go of one that is pinned", async () => {
  const { rowOf, user, bar, bob, conversation } = await talk();
  act(() => {
    rowOf("The green one").focus();
  });
  await user.keyboard("p");
  expect((await bar()).getByText("The green one")).toBeVisible();
  act(() => {
    rowOf("The green one").focus();
  });
  await user.keyboard("p");
  await waitFor(() => {
    expect(bob.conversation(conversation).pins).toEqual([]);
  });
});

test("the bar shows who pinned last, and leads to the message", async () => {
  const { pinThere, bar, user, rowOf } = await talk();
  pinThere(MINE);
  pinThere(THEIRS);
  const shown = await bar();
  expect(shown.getByText(/^Pinned by/)).toHaveTextContent("Pinned by Bob Birch");
  await user.click(shown.getByRole("button", { name: /^Show the pinned message: Tea at four/ }));
  await waitFor(() => {
    expect(rowOf("Tea at four?")).toHaveFocus();
  });
});

test("the list has all of them, leads to each and lets go of each", async () => {
  const { pinThere, bar, user, rowOf, service } = await talk();
  pinThere(THEIRS);
  pinThere(MINE);
  await user.click((await bar()).getByRole("button", { name: "All 2 pinned" }));
  const list = within(await screen.findByRole("list", { name: "Pinned messages" }));
  expect(list.getAllByRole("listitem").map((row) => row.textContent)).toEqual([
    expect.stringMatching(/^The green one.*Pinned by Bob Birch/) as string,
    expect.stringMatching(/^Tea at four\?.*Pinned by Bob Birch/) as string,
  ]);
  service.refuseNext("PinMessage", { code: "message_gone", params: {}, acts: "user" });
  const [first] = list.getAllByRole("button", { name: "Unpin" });
  if (first === undefined) throw new Error("no button");
  await user.click(first);
  expect(await screen.findByRole("alert")).toHaveTextContent("This message is not there any more.");
  for (const button of list.getAllByRole("button", { name: "Unpin" })) await user.click(button);
  expect(await screen.findByText("Nothing is pinned here any more")).toBeVisible();
  pinThere(THEIRS);
  await user.click(await screen.findByRole("button", { name: /^Tea at four.*Pinned by/ }));
  await waitFor(() => {
    expect(rowOf("Tea at four?")).toHaveFocus();
  });
});

test("what is taken back is pinned no more", async () => {
  const { pinThere, bar, world, ann, bob, conversation } = await talk();
  pinThere(THEIRS);
  await bar();
  act(() => {
    world.changes.delete([ann, bob], conversation, THEIRS);
  });
  await waitFor(() => {
    expect(screen.queryByRole("region", { name: "Pinned" })).toBeNull();
  });
});
