import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { chooseUndoSend } from "../state/undoSend";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { axeProblems } from "../testing/axeProblems";
import { App } from "./App";

afterEach(() => {
  chooseUndoSend(0);
});

const list = () => screen.findByRole("region", { name: "To be sent later" });

test("what is sent later stands above the composer until it goes, and nobody has it before", async () => {
  const { user, box, bob } = await openConversation(App);
  await user.type(box, "Good morning");
  await user.click(screen.getByRole("button", { name: "Send later" }));
  await user.click(await screen.findByRole("menuitem", { name: /Tomorrow morning/u }));
  expect(await within(await list()).findByText("Good morning")).toBeVisible();
  expect(within(await list()).getByText(/Goes tomorrow at/u)).toBeVisible();
  expect(box).toHaveValue("");
  expect(bob.saidWith(ANN) ?? []).toEqual([]);
  expect(await axeProblems()).toEqual([]);
  await user.click(within(await list()).getByRole("button", { name: "What to do with it" }));
  await user.click(await screen.findByRole("menuitem", { name: "Send now" }));
  await waitFor(() => {
    expect(bob.saidWith(ANN)?.map(({ text }) => text)).toEqual(["Good morning"]);
  });
  expect(screen.queryByRole("region", { name: "To be sent later" })).not.toBeInTheDocument();
});

test("with undo a message can be taken back, and its words are in the composer again", async () => {
  chooseUndoSend(5);
  const { user, box, bob } = await openConversation(App);
  await user.type(box, "Oops{Enter}");
  expect(await within(await list()).findByText(/Sending in \d s/u)).toBeVisible();
  await user.type(box, "more");
  await user.click(within(await list()).getByRole("button", { name: "Undo" }));
  await waitFor(() => {
    expect(box).toHaveValue("Oops\nmore");
  });
  expect(screen.queryByRole("region", { name: "To be sent later" })).not.toBeInTheDocument();
  expect(bob.saidWith(ANN) ?? []).toEqual([]);
});

test("what was sent meanwhile stays sent, says so, and is not in the composer", async () => {
  chooseUndoSend(20);
  const { user, box, service } = await openConversation(App);
  await user.type(box, "Gone{Enter}");
  const undo = await within(await list()).findByRole("button", { name: "Undo" });
  service.refuseNext("CancelScheduled", { code: "already_sent", params: {}, acts: "user" });
  await user.click(undo);
  expect(await within(await list()).findByRole("alert")).toHaveTextContent(/sent already/u);
  expect(box).toHaveValue("");
});

test("at another time: a day and a time are asked for, and one that has passed is refused", async () => {
  const { user, box } = await openConversation(App);
  await user.type(box, "Later");
  await user.click(screen.getByRole("button", { name: "Send later" }));
  await user.click(await screen.findByRole("menuitem", { name: "At another time…" }));
  const field = await screen.findByLabelText("Day and time");
  const set = (value: string) => {
    act(() => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, value);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  };
  set("2001-01-01T09:00");
  await user.click(screen.getByRole("button", { name: "Send then" }));
  expect(await screen.findByText(/That has passed/u)).toBeVisible();
  const next = new Date(Date.now() + 40 * 86_400_000);
  set(`${next.getFullYear().toString()}-${(next.getMonth() + 1).toString().padStart(2, "0")}-10T09:30`);
  await user.click(screen.getByRole("button", { name: "Send then" }));
  expect(await within(await list()).findByText(/Goes .* at /u)).toBeVisible();
});

test("why one could not go is said, and that it goes by itself", async () => {
  const { user, box, ann } = await openConversation(App);
  await user.type(box, "Later");
  await user.click(screen.getByRole("button", { name: "Send later" }));
  await user.click(await screen.findByRole("menuitem", { name: /In an hour/u }));
  await list();
  const [kept] = ann.scheduled.all();
  act(() => {
    if (kept !== undefined)
      ann.emit({
        type: "ScheduledChanged",
        scheduled: { ...kept, refused: { code: "not_connected", params: {}, acts: "user" } },
      });
  });
  expect(await within(await list()).findByText(/It goes as soon as that has changed/u)).toBeVisible();
});

test("what is being edited stays when an answer is taken back", async () => {
  chooseUndoSend(20);
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(ann, bob, "1".padStart(32, "0"), "first");
  const { user, box } = await openConversation(App, world);
  const first = ann.saidWith(BOB)?.[0];
  if (first === undefined) throw new Error("nothing said");
  act(() => {
    ann.scheduled.put(
      {
        id: "5".padStart(32, "0"),
        conversation: first.conversation,
        text: "an answer",
        reply_to: { author: bob.account_id, id: first.id },
        written_at: Date.now(),
        due_at: Date.now() + 20_000,
        refused: null,
      },
      () => undefined,
    );
  });
  await user.type(box, "{ArrowUp}");
  const field = await screen.findByRole("textbox", { name: "The message you are editing" });
  await user.type(field, " more");
  await user.click(within(await list()).getByRole("button", { name: "Undo" }));
  await waitFor(() => {
    expect(screen.queryByRole("region", { name: "To be sent later" })).not.toBeInTheDocument();
  });
  expect(field).toHaveValue("first more");
});

test("a message goes after one that can still be undone, also where that was switched off since", async () => {
  chooseUndoSend(20);
  const { user, box, ann } = await openConversation(App);
  await user.type(box, "one{Enter}");
  await list();
  chooseUndoSend(0);
  await user.type(box, "two{Enter}");
  await waitFor(() => {
    expect(ann.scheduled.all().map(({ text }) => text)).toEqual(["one", "two"]);
  });
});

test("a text whose answer was lost is not asked for again once it waits, or was taken back", async () => {
  chooseUndoSend(20);
  const { user, box, service, ann } = await openConversation(App);
  const release = service.hold("SendChat");
  await user.type(box, "once{Enter}");
  const asked = () => service.asked.filter(({ name }) => name === "SendChat");
  const [first] = asked();
  const id = (first?.fields as { message_id: string }).message_id;
  act(() => {
    ann.emit({ type: "ScheduledRemoved", id });
  });
  act(() => {
    service.lose();
    service.restore();
  });
  await waitFor(() => {
    expect(screen.queryByText("once")).not.toBeInTheDocument();
  });
  expect(asked()).toHaveLength(1);
  release();
});

test("what is asked for while the service restarts waits for it, and one that stays away is told", async () => {
  const { user, box, bob, service } = await openConversation(App);
  await user.type(box, "Good morning");
  await user.click(screen.getByRole("button", { name: "Send later" }));
  await user.click(await screen.findByRole("menuitem", { name: /Tomorrow morning/u }));
  const more = () => within(screen.getByRole("region", { name: "To be sent later" })).getByRole("button");
  const sendNow = async () => {
    await user.click(more());
    await user.click(await screen.findByRole("menuitem", { name: "Send now" }));
  };
  await list();
  act(() => {
    service.lose();
  });
  await sendNow();
  expect(await within(await list()).findByRole("alert", {}, { timeout: 8000 })).toHaveTextContent(
    /Try again/u,
  );
  await sendNow();
  expect(within(await list()).queryByRole("alert")).not.toBeInTheDocument();
  act(() => {
    service.restore();
  });
  await waitFor(() => {
    expect(bob.saidWith(ANN)?.map(({ text }) => text)).toEqual(["Good morning"]);
  });
}, 20_000);
