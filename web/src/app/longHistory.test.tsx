import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { AccountSession } from "../state/AccountSession";
import { thisBrowser } from "../state/browser";
import { FakeInternalService } from "../testing/FakeInternalService";
import { openConversation } from "../testing/openConversation";
import { conversationId } from "../testing/conversationId";
import { ANN, BOB, CARA, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const TALK = conversationId(ANN, BOB);

const id = (number: number) => number.toString(16).padStart(32, "0");

test("what happened while the service was gone is there afterwards, without a gap", async () => {
  const { service, world, ann, bob, messages } = await openConversation(App);
  act(() => {
    service.lose();
    for (let number = 0; number < 5; number++)
      world.send(bob, ann, id(number), `missed ${number.toString()}`);
    service.restore();
  });
  for (let number = 0; number < 5; number++)
    expect(within(messages()).getByText(`missed ${number.toString()}`)).toBeVisible();
});

test("after a restart of the service the open conversation is brought up to date", async () => {
  const { service, world, ann, bob, messages } = await openConversation(App);
  act(() => {
    service.lose();
    world.send(bob, ann, id(1), "from before");
    world.epoch = "2";
    service.restore();
  });
  expect(await within(messages()).findByText("from before")).toBeVisible();
});

test("long history: a page at a time, and never more than a window of it on the page", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 500; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  world.readAll(ann, bob, 100_000);
  const { messages, service } = await openConversation(App, world);
  expect(await within(messages()).findByText("line 499")).toBeVisible();
  const scroller = screen.getByRole("region", { name: "Conversation with Bob Birch" });
  vi.spyOn(scroller, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(scroller, "scrollHeight", "get").mockReturnValue(9000);
  for (let turn = 0; turn < 9; turn++) {
    fireEvent.scroll(scroller);
    await act(() => Promise.resolve());
  }
  expect(service.asked.filter(({ name }) => name === "GetTimeline").length).toBeGreaterThan(7);
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
  expect(messages().querySelectorAll("[data-message]")).toHaveLength(400);
});

test.each([
  ["whoever is at the end keeps it, and far above room is made", 9000, "line 0", "line 399"],
  ["whoever reads near the start keeps it, and what comes waits below", 10, "line 399", "line 0"],
])("a window that gets full: %s", async (_, scrollTop, gone, kept) => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 399; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  world.readAll(ann, bob, 100_000);
  const { messages } = await openConversation(App, world);
  const scroller = screen.getByRole("region", { name: "Conversation with Bob Birch" });
  vi.spyOn(scroller, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(scroller, "scrollHeight", "get").mockReturnValue(9000);
  for (let turn = 0; turn < 7; turn++) {
    fireEvent.scroll(scroller);
    await act(() => Promise.resolve());
  }
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
  scroller.scrollTop = scrollTop;
  fireEvent.scroll(scroller);
  act(() => {
    world.send(bob, ann, id(399), "line 399");
  });
  await waitFor(() => {
    expect(messages().querySelectorAll("[data-message]")).toHaveLength(340);
  });
  expect(within(messages()).queryByText(gone)).toBeNull();
  expect(within(messages()).getByText(kept)).toBeInTheDocument();
});

test("a short conversation that begins and ends beyond what is loaded goes on at both of its ends", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 70; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(3000);
  const { messages } = await openConversation(App, world);
  expect(await within(messages()).findByText("line 69")).toBeInTheDocument();
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
});

test("sending leads to what was sent, wherever one was and whether or not the service answers", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 300; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  const { user, box, messages, service } = await openConversation(App, world);
  expect(await within(messages()).findByText("line 0")).toBeInTheDocument();
  expect(within(messages()).queryByText("line 299")).not.toBeInTheDocument();
  act(() => {
    service.lose();
  });
  await user.type(box, "mine{Enter}");
  expect(within(messages()).getByText("mine")).toBeVisible();
  expect(within(messages()).getByText("Messages between are not loaded yet")).toBeVisible();
  act(() => {
    service.restore();
  });
  expect(await within(messages()).findByText("line 299")).toBeInTheDocument();
  expect(within(messages()).getByText("mine")).toBeVisible();
  expect(within(messages()).queryByText("Messages between are not loaded yet")).not.toBeInTheDocument();
});

test("a page that was asked for where the window no longer is leaves no gap", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 300; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  const service = new FakeInternalService(world);
  const session = new AccountSession(service, ANN, thisBrowser());
  session.start();
  await Promise.resolve();
  const first = bob.saidWith(ANN)?.[0]?.order;
  if (first === undefined) throw new Error("nothing was sent");
  await session.pages.around(TALK, first);
  const releaseOld = service.hold("GetTimeline");
  session.pages.after(TALK);
  await act(() => Promise.resolve());
  service.hold("GetTimeline")(); // only what was asked until here waits
  await session.pages.latest(TALK);
  releaseOld();
  await act(() => Promise.resolve());
  await waitFor(() => {
    const shown = session.store
      .get()
      .workspace?.timelines.get(TALK)
      ?.messages.map(({ text }) => text);
    expect(shown).toEqual(Array.from({ length: 60 }, (_, index) => `line ${(240 + index).toString()}`));
  });
});

test("where its new messages began is kept for a conversation that one comes back to", async () => {
  const world = worldOfThree();
  const [ann, bob, cara] = [world.account(ANN), world.account(BOB), world.account(CARA)];
  world.agree(ann, cara);
  for (let number = 0; number < 5; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  const { user } = await openConversation(App, world);
  expect(screen.getByText("New messages")).toBeInTheDocument();
  act(() => {
    world.readAll(ann, bob, 100_000);
  });
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await screen.findByRole("textbox", { name: "Message to Cara Cedar" });
  expect(screen.queryByText("New messages")).toBeNull();
  await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
  await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  expect(screen.getByText("New messages")).toBeInTheDocument();
});
