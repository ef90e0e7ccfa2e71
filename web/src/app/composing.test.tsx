/** Answering and editing where one writes. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { Sessions } from "../state/sessions";
import { conversationId } from "../testing/conversationId";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const TALK = conversationId(ANN, BOB);
const MINE = "0a".repeat(16);
const THEIRS = "0b".repeat(16);

function talk() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(ann, bob, MINE, "Tea at fore?");
  world.send(bob, ann, THEIRS, "Which one?");
  world.readAll(ann, bob, 100);
  const of = vi.spyOn(Sessions.prototype, "of");
  const composing = () => (of.mock.results.at(-1)?.value as ReturnType<Sessions["of"]>).outgoing.composing;
  return { world, composing };
}

const editBox = () => screen.findByRole("textbox", { name: "The message you are editing" });

test("the arrow key edits the last of one's own messages, and Enter says it anew", async () => {
  const { messages, user, box } = await openConversation(App, talk().world);
  await user.click(box);
  await user.keyboard("{ArrowUp}");
  const field = await editBox();
  expect(field).toHaveValue("Tea at fore?");
  expect(field).toHaveFocus();
  expect(screen.getByRole("button", { name: "Show: Tea at fore?" })).toBeVisible();
  await user.clear(field);
  await user.type(field, "Tea at four?{Enter}");
  expect(await within(messages()).findByText("Tea at four?")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Message to Bob Birch" })).toHaveValue("");
  expect(screen.getByRole("textbox", { name: "Message to Bob Birch" })).toHaveFocus();
});

test("Escape leaves an edit, and the draft that stood there comes back", async () => {
  const { world, composing } = talk();
  const { messages, user, box } = await openConversation(App, world);
  await user.type(box, "half a thought");
  act(() => {
    composing().edit(TALK, MINE, "Tea at fore?", false);
  });
  await user.type(await editBox(), " Or five?");
  await user.keyboard("{Escape}");
  expect(box).toHaveValue("half a thought");
  expect(within(messages()).getByText("Tea at fore?")).toBeVisible();
});

test("what the service does not take of an edit stays, with the reason", async () => {
  const { service, user, box } = await openConversation(App, talk().world);
  service.refuseNext("EditMessage", { code: "message_gone", params: {}, acts: "user" });
  await user.click(box);
  await user.keyboard("{ArrowUp}");
  await user.type(await editBox(), "!{Enter}");
  expect(await screen.findByText(/This message is not there any more/)).toBeVisible();
  expect(await editBox()).toHaveValue("Tea at fore?!");
  const closing = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(closing);
  expect(closing.defaultPrevented).toBe(true);
});

test("an edit goes on where it was left in another conversation", async () => {
  const { user, box } = await openConversation(App, talk().world);
  await user.click(box);
  await user.keyboard("{ArrowUp}");
  await user.type(await editBox(), " Bring cake");
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  await user.type(await screen.findByRole("combobox"), "settings{Enter}");
  await screen.findByRole("heading", { name: "Settings" });
  act(() => {
    window.history.back();
  });
  expect(await editBox()).toHaveValue("Tea at fore? Bring cake");
});

test("an answer names what it answers, which leads there", async () => {
  const { world, composing } = talk();
  const { messages, service, user, box, bob } = await openConversation(App, world);
  act(() => {
    composing().reply(TALK, { author: bob.account_id, id: THEIRS });
  });
  expect(box).toHaveFocus();
  expect(screen.getByText(/Replying to/)).toHaveTextContent("Replying to Bob Birch");
  await user.type(box, "The green one{Enter}");
  expect(screen.queryByText(/Replying to/)).toBeNull();
  const quote = await within(messages()).findByRole("button", { name: /^Answers Bob Birch/ });
  expect(quote).toHaveTextContent("Which one?");
  expect(service.asked.find(({ name }) => name === "SendChat")?.fields).toMatchObject({
    reply_to: { author: bob.account_id, id: THEIRS },
  });
  await user.click(quote);
  await waitFor(() => {
    expect(within(messages()).getByText("Which one?", { selector: "p" }).closest("li")).toHaveFocus();
  });
});

test("what is answered outlives a reload, and the time in which the service is gone", async () => {
  const { world, composing } = talk();
  const first = await openConversation(App, world);
  act(() => {
    composing().reply(TALK, { author: first.bob.account_id, id: THEIRS });
  });
  const { service, user } = await showApp(App, conversationOf(ANN, BOB), world);
  expect(await screen.findByText(/Replying to/)).toHaveTextContent("Replying to Bob Birch");
  act(() => {
    service.lose();
  });
  await user.type(screen.getByRole("textbox", { name: "Message to Bob Birch" }), "The red one{Enter}");
  act(() => {
    service.restore();
  });
  await waitFor(() => {
    expect(first.ann.messages.get(TALK)?.at(-1)).toMatchObject({
      text: "The red one",
      reply: { id: THEIRS, state: "here" },
    });
  });
  expect(screen.queryByText(/Replying to/)).toBeNull();
});
