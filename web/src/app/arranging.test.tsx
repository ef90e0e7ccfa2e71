import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { axeProblems } from "../testing/axeProblems";
import { conversationId } from "../testing/conversationId";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const HELLO = "1".padStart(32, "0");
const direct = () => within(screen.getByRole("region", { name: "Direct messages" }));

/** Bob said hello, and it was read. */
async function said() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, HELLO, "hello");
  world.readAll(ann, bob, 1000);
  return { ...(await openConversation(App, world)), ann };
}

async function menuOf(name: RegExp): Promise<void> {
  fireEvent.contextMenu(direct().getByRole("link", { name }), { clientX: 20, clientY: 20 });
  await screen.findByRole("menu");
}

test("what is pinned stands on top, says so, and can be let go", async () => {
  const { user } = await said();
  await menuOf(/Bob Birch/u);
  // Floating menus stand outside of the landmarks, beside what opened them in the order of the keyboard.
  expect((await axeProblems()).filter((problem) => !problem.startsWith("region"))).toEqual([]);
  await user.click(screen.getByRole("menuitem", { name: "Pin to the top" }));
  expect(await direct().findByRole("img", { name: "Pinned" })).toBeInTheDocument();
  await menuOf(/Bob Birch/u);
  await user.click(screen.getByRole("menuitem", { name: "Unpin" }));
  await waitFor(() => {
    expect(direct().queryByRole("img", { name: "Pinned" })).not.toBeInTheDocument();
  });
});

test("it is muted from its row as from its head, and turned on again", async () => {
  const { user, ann } = await said();
  await menuOf(/Bob Birch/u);
  expect(screen.getByRole("menuitem", { name: "Mute until tomorrow" })).toBeVisible();
  await user.click(screen.getByRole("menuitem", { name: "Mute for an hour" }));
  expect(await direct().findByRole("link", { name: /Bob Birch.*Muted until/u })).toBeVisible();
  expect((ann.mutes.get(conversationId(ANN, BOB))?.until ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
  await menuOf(/Bob Birch/u);
  expect(screen.queryByRole("menuitem", { name: /^Mute/u })).not.toBeInTheDocument();
  await user.click(screen.getByRole("menuitem", { name: "Turn notifications on" }));
  await waitFor(() => {
    expect(ann.mutes.size).toBe(0);
  });
});

test("its menu acts where one is: the conversation is not opened, and so not read", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, HELLO, "hello");
  world.readAll(ann, bob, 1000);
  const { user } = await showApp(App, `/a/${ANN.toString()}`, world);
  await screen.findByRole("link", { name: /Bob Birch/u });
  await menuOf(/Bob Birch/u);
  await user.click(screen.getByRole("menuitem", { name: "Mark as unread" }));
  expect(location.pathname).toBe(`/a/${ANN.toString()}`);
  expect(ann.unread).toBe(1);
});

test("what is put away stands in the archive, and a right click is not needed to find it", async () => {
  const { user } = await said();
  await user.click(screen.getByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Archive" }));
  const archive = await screen.findByRole("region", { name: "Archive" });
  expect(direct().queryByRole("link", { name: /Bob Birch/u })).not.toBeInTheDocument();
  expect(within(archive).queryByRole("link")).not.toBeInTheDocument();
  await user.click(within(archive).getByRole("button", { name: /Archive/u }));
  expect(within(archive).getByRole("link", { name: /Bob Birch/u })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Take out of the archive" }));
  expect(await direct().findByRole("link", { name: /Bob Birch/u })).toBeVisible();
});

test("the last message of theirs can be unread once more, for oneself alone", async () => {
  const { user, service, ann } = await said();
  await waitFor(() => {
    expect(ann.unread).toBe(0);
  });
  await menuOf(/Bob Birch/u);
  await user.click(screen.getByRole("menuitem", { name: "Mark as unread" }));
  expect(service.asked).toContainEqual({
    name: "MarkUnread",
    fields: { cid: ANN, conversation: conversationId(ANN, BOB), message_id: HELLO },
  });
});
