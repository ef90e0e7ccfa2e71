/** What goes, or is on its way, leaves the focus where a keyboard goes on from. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { watchInstalling } from "../state/installing";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
watchInstalling();

test("a switch keeps the focus while it is set", async () => {
  const { user, service } = await showApp(App, SETTINGS);
  const receipts = await screen.findByRole("switch", { name: "Read receipts" });
  const release = service.hold("SetSettings");
  await user.click(receipts);
  expect(receipts).toHaveAttribute("aria-busy", "true");
  expect(receipts).toHaveFocus();
  act(release);
  await waitFor(() => {
    expect(receipts).not.toHaveAttribute("aria-busy");
  });
});

test("another address is written after the one that was added", async () => {
  const { user } = await showApp(App, SETTINGS);
  const part = within(await screen.findByRole("region", { name: "Where the server is" }));
  const field = part.getByRole("textbox", { name: "Another address" });
  await user.type(field, "chat.example.org:12349");
  await user.click(part.getByRole("button", { name: "Add" }));
  await waitFor(() => {
    expect(field).toHaveValue("");
  });
  expect(field).toHaveFocus();
});

test("a status that is cleared leaves the focus where another is written", async () => {
  const { user, service } = await showApp(App, SETTINGS);
  const field = await screen.findByRole("textbox", { name: "Status" });
  await user.type(field, "In the garden");
  const set = screen.getByRole("button", { name: "Set status" });
  await user.click(set);
  const clear = await screen.findByRole("button", { name: "Clear" });
  expect(set).toHaveFocus();
  const release = service.hold("SetStatus");
  await user.click(clear);
  expect(clear).toHaveFocus();
  act(release);
  await waitFor(() => {
    expect(field).toHaveFocus();
  });
  expect(clear).not.toBeInTheDocument();
});

test("an offer to install that the browser refuses to make is over, and the focus is on its part", async () => {
  const { user } = await showApp(App, SETTINGS);
  const part = within(await screen.findByRole("region", { name: "On this computer" }));
  act(() => {
    const prompt = () => Promise.reject(new DOMException("asked already", "InvalidStateError"));
    window.dispatchEvent(Object.assign(new Event("beforeinstallprompt"), { prompt }));
  });
  expect(part.getByText(/an icon of its own\.$/u)).toBeVisible();
  await user.click(part.getByRole("button", { name: "Install" }));
  await waitFor(() => {
    expect(part.queryByRole("button", { name: "Install" })).toBeNull();
  });
  expect(part.getByRole("heading")).toHaveFocus();
});

test("a question mark on a radio button shows the keys", async () => {
  const { user } = await showApp(App, SETTINGS);
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  await user.keyboard("?");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("the list of parts names one that comes late", async () => {
  await showApp(App, SETTINGS);
  const list = within(await screen.findByRole("navigation", { name: "Parts of the settings" }));
  expect(await list.findByRole("button", { name: "Who can come" })).toBeVisible();
});
