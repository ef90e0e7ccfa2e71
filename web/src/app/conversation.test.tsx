import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const id = (number: number) => number.toString(16).padStart(32, "0");

test("an empty conversation says what to do next", async () => {
  await openConversation(App);
  expect(screen.getByText(/No messages yet\. Say hello to/)).toBeVisible();
});

test("unread messages are counted in the sidebar and the title, and a line shows where they begin", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, id(1), "old");
  world.readAll(ann, bob, 100);
  world.send(bob, ann, id(2), "new one");
  world.send(bob, ann, id(3), "new two");
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const { messages } = await openConversation(App, world);
  expect(document.title).toBe("(2) Bob Birch · Casemate");
  expect(screen.getByRole("link", { name: /^Bob Birch ?, Online, .*2 unread$/ })).toBeVisible();
  const rows = [...messages().children].map((row) => row.textContent);
  expect(rows.findIndex((text) => text === "New messages")).toBeLessThan(
    rows.findIndex((text) => text.includes("new one")),
  );
  expect(rows.findIndex((text) => text === "New messages")).toBeGreaterThan(
    rows.findIndex((text) => text.includes("old")),
  );
});

test("days are separated, and people are told apart without colour", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, id(1), "yesterday", Date.now() - 86_400_000);
  world.send(ann, bob, id(2), "today");
  const { messages } = await openConversation(App, world);
  expect(within(messages()).getByText("Yesterday")).toBeVisible();
  expect(within(messages()).getByText("Today")).toBeVisible();
  expect(within(messages()).getByRole("heading", { name: /Bob Birch/ })).toBeVisible();
  expect(within(messages()).getByRole("heading", { name: /Ann Ash\s*you/ })).toBeVisible();
});

test("a changed identity stops the writing, and goes on when it was accepted", async () => {
  const { user, box, world, ann, bob } = await openConversation(App);
  await user.type(box, "draft");
  act(() => {
    ann.changePeer({ ...world.peer(ann, bob), identity_changed: true });
  });
  expect(screen.getByRole("alert")).toHaveTextContent("Bob Birch’s identity changed.");
  expect(screen.queryByRole("textbox", { name: /Message to/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Accept the new identity" }));
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toHaveValue("draft");
});

test("the details show the safety number in groups and as a QR code; verified is a mark one sets", async () => {
  const { user, ann } = await openConversation(App);
  await user.click(screen.getByRole("button", { name: "Details" }));
  const number = await screen.findByRole("list", { name: "Safety number with Bob Birch" });
  expect(within(number).getAllByRole("listitem")).toHaveLength(12);
  expect(number.textContent).toMatch(/^\d{60}$/);
  expect(
    await screen.findByRole("img", { name: "QR code of the safety number with Bob Birch" }),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Mark as verified" }));
  await waitFor(() => {
    expect(ann.peers.get(BOB)?.verified).toBe(true);
  });
  expect(screen.getByRole("img", { name: "Verified" })).toBeVisible();
});

test("blocking asks once, closes the writing, and can be undone", async () => {
  const { user, ann } = await openConversation(App);
  await user.click(screen.getByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Block…" }));
  await user.click(screen.getByRole("button", { name: "Block" }));
  expect(await screen.findByText(/You blocked Bob Birch/)).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Unblock" })[0] as Element);
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
  expect(ann.peers.get(BOB)?.blocked).toBe(false);
});

test("disconnected: the history stays, and one can ask again", async () => {
  const { user, box } = await openConversation(App);
  await user.type(box, "kept{Enter}");
  await user.click(screen.getByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
  expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Disconnect" }));
  expect(await screen.findByText(/agreed to talk, but are not connected/)).toBeVisible();
  expect(screen.getByText("kept")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Connect" }));
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
});

test("two people of the same name are told apart by their usernames", async () => {
  const world = worldOfThree();
  const twin = world.person(55n, "robert", "Bob\u200b Birch");
  world.agree(world.account(ANN), twin);
  await openConversation(App, world);
  const list = within(screen.getByRole("region", { name: "Direct messages" }));
  expect(list.getByText("@bob")).toBeVisible();
  expect(list.getByText("@robert")).toBeVisible();
});

test("with somebody whose account is gone, only what works is offered", async () => {
  const { user, world, ann, bob } = await openConversation(App);
  act(() => {
    ann.changePeer({
      ...world.peer(ann, bob),
      relation: "gone",
      connection: "none",
      path: null,
      online: false,
    });
  });
  expect(
    await screen.findByText(/Bob Birch has deleted their account\. What was said stays here/),
  ).toBeVisible();
  expect(screen.queryByRole("textbox", { name: /Message to/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Details" }));
  const panel = await screen.findByRole("complementary", { name: "About Bob Birch" });
  expect(within(panel).queryByRole("button", { name: /Block|Disconnect|Connect/ })).toBeNull();
});

test("who declined is asked again when the week is over, and not before", async () => {
  const { world, ann, bob } = await openConversation(App);
  const declined = { ...world.peer(ann, bob), relation: "declined", connection: "none", path: null } as const;
  act(() => {
    ann.changePeer({ ...declined, relation_since: Date.now() - 86_400_000 });
  });
  expect(await screen.findByText(/Bob Birch declined\. You can ask again after/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Connect" })).toBeNull();
  act(() => {
    ann.changePeer({ ...declined, relation_since: Date.now() - 8 * 86_400_000 });
  });
  expect(await screen.findByRole("button", { name: "Connect" })).toBeVisible();
});

test("another time zone draws every time and day anew", async () => {
  vi.stubEnv("TZ", "UTC");
  try {
    const { user, box, messages } = await openConversation(App);
    await user.type(box, "when{Enter}");
    const shown = () => within(messages()).getByText(/^\d{1,2}:\d\d/).textContent;
    await within(messages()).findByText("when");
    const before = shown();
    vi.stubEnv("TZ", "Pacific/Kiritimati");
    act(() => {
      window.dispatchEvent(new Event("focus"));
    });
    expect(within(messages()).getByText("when")).toBeVisible();
    expect(shown()).not.toBe(before);
  } finally {
    vi.unstubAllEnvs();
  }
});

test("whoever points at a message and at its mark is told what its status means", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(ann, bob, id(1), "first");
  world.send(ann, bob, id(2), "second");
  const { user, messages } = await openConversation(App, world);
  const row = within(messages()).getByText("first").closest<HTMLElement>("[data-message]");
  if (row === null) throw new Error("There is no such row");
  await user.hover(row);
  const mark = row.querySelector("[data-status]");
  if (mark === null) throw new Error("It has no mark");
  await user.hover(mark);
  expect(await screen.findByRole("tooltip")).toHaveTextContent(/^(Queued|Sent|Delivered|Read)/);
});
