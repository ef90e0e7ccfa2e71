/** Messages that disappear: set, said, shown, and taken off the page when their time is over. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { axeProblems } from "../testing/axeProblems";
import { conversationId } from "../testing/conversationId";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const FIRST = "1".padStart(32, "0");
const TALK = conversationId(ANN, BOB);

afterEach(() => {
  vi.useRealTimers();
});

async function talk() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, FIRST, "hello");
  world.readAll(ann, bob, 1000);
  return openConversation(App, world);
}

async function details() {
  const shown = await talk();
  await shown.user.click(screen.getByRole("button", { name: "Details" }));
  const part = within(await screen.findByRole("region", { name: "Disappearing messages" }));
  return { ...shown, part, choice: await part.findByRole("combobox") };
}

test("it is set in the details, said in a line to both, and shown in the head", async () => {
  const { user, choice, messages, part, bob } = await details();
  expect(part.getByText(/can copy or photograph it/u)).toBeVisible();
  expect(screen.queryByRole("button", { name: /Messages disappear after/u })).toBeNull();
  await user.selectOptions(choice, "1 day");
  expect(bob.lives.get(TALK)).toBeUndefined();
  await user.click(part.getByRole("button", { name: "Set for both of you" }));
  expect(
    await within(messages()).findByText("You made new messages disappear 1 day after they are read"),
  ).toBeVisible();
  expect(bob.lives.get(TALK)).toBe(86_400);
  expect(await axeProblems()).toEqual([]);
  await user.click(await screen.findByRole("button", { name: "Messages disappear after 1 day" }));
  await user.click(await screen.findByRole("menuitem", { name: "Messages stay" }));
  expect(await within(messages()).findByText("You made new messages stay")).toBeVisible();
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: /Messages disappear after/u })).toBeNull();
  });
});

test("any other time can be typed, and what is no time is said", async () => {
  const { user, choice, part, messages } = await details();
  await user.selectOptions(choice, "Another time…");
  const count = await part.findByRole("textbox", { name: "How many" });
  await user.clear(count);
  await user.type(count, "0{Enter}");
  expect(await part.findByRole("alert")).toHaveTextContent("Write a whole number");
  await user.clear(count);
  await user.type(count, "3{Enter}");
  expect(await within(messages()).findByText(/disappear 3 days after/u)).toBeVisible();
  expect(choice).toHaveDisplayValue("3 days");
});

test("what the other one set is said with their name, in the conversation and in the list", async () => {
  const { world, ann, bob, messages } = await talk();
  act(() => {
    world.setDisappearing(bob, ann, 30);
  });
  expect(
    await within(messages()).findByText(
      /Bob Birch.* made new messages disappear 30 seconds after they are read/u,
    ),
  ).toBeVisible();
  expect(ann.unread).toBe(0);
  const list = within(screen.getByRole("region", { name: "Direct messages" }));
  expect(list.getByText(/^They made new messages disappear/u)).toBeVisible();
});

test("a refusal is said where it was asked for", async () => {
  const { user, choice, part, service } = await details();
  service.refuseNext("SetDisappearing", { code: "mailbox_full", params: {}, acts: "peer" });
  await user.selectOptions(choice, "1 hour");
  await user.click(part.getByRole("button", { name: "Set for both of you" }));
  expect(await part.findByRole("alert")).toBeVisible();
  expect(choice).toHaveDisplayValue("1 hour");
});

test("a message that disappears has a sign, and goes when its time is over, whoever edits it", async () => {
  const { world, ann, bob, messages, user, box } = await talk();
  act(() => {
    world.setDisappearing(ann, bob, 5);
    world.send(ann, bob, "2".padStart(32, "0"), "gone soon");
  });
  const row = await within(messages()).findByText("gone soon");
  expect(within(messages()).getByRole("img", { name: "Disappears" })).toBeVisible();
  await user.click(box);
  await user.keyboard("{ArrowUp}");
  await waitFor(() => {
    expect(box).toHaveValue("gone soon");
  });
  const message = ann.message(TALK, "2".padStart(32, "0"));
  act(() => {
    if (message) ann.putMessage({ ...message, ends_at: Date.now() + 300 });
  });
  await waitFor(() => {
    expect(row.closest("[data-message]")).toHaveAttribute("data-fading");
  });
  await waitFor(() => {
    expect(within(messages()).queryByText("gone soon")).toBeNull();
  });
  await waitFor(() => {
    expect(box).toHaveValue("");
  });
});

test("what answers a message that disappeared says so", async () => {
  const { ann, messages } = await talk();
  const message = ann.message(TALK, FIRST);
  act(() => {
    if (message)
      ann.putMessage({
        ...message,
        reply: { author: message.author ?? "", id: "9".padStart(32, "0"), state: "vanished", text: null },
      });
  });
  expect(await within(messages()).findByText("a message that disappeared")).toBeVisible();
});
