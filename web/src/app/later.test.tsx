import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { chooseUndoSend } from "../state/undoSend";
import { openConversation } from "../testing/openConversation";
import { ANN } from "../testing/renderApp";
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
