/** Notes to oneself: always at hand, and like other conversations but for what takes two. */
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { ANN, showApp, worldOfThree } from "../testing/renderApp";
import { conversationId } from "../testing/conversationId";
import { App } from "./App";

const HOME = `/a/${ANN.toString()}`;
const NOTES = conversationId(ANN, ANN);
const ID = "0d".repeat(16);

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

const list = () => screen.getByRole("region", { name: "Direct messages" });

test("the account's menu leads there, and the first note puts them in the list", async () => {
  const { user } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  expect(within(list()).queryByRole("link", { name: /Notes to yourself/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: /Account menu/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Notes to yourself" }));
  const box = await screen.findByRole("textbox", { name: "A note to yourself" });
  expect(await screen.findByText("Write down what only you should read.")).toBeVisible();
  await user.type(box, "buy milk{Enter}");
  expect(await within(list()).findByRole("link", { name: /Notes to yourself.*buy milk/s })).toBeVisible();
  const messages = screen.getByRole("list", { name: "Messages" });
  expect(within(messages).queryByRole("img", { name: /Queued|Sent|Delivered|Read/ })).toBeNull();
});

test("a command leads there until they are in the list, once", async () => {
  const world = worldOfThree();
  const { user } = await showApp(App, HOME, world);
  await screen.findByText("Pick a conversation");
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "notes");
  await user.keyboard("{Enter}");
  await user.type(await screen.findByRole("textbox", { name: "A note to yourself" }), "buy milk{Enter}");
  await within(list()).findByRole("link", { name: /Notes to yourself/ });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "notes");
  expect(screen.getAllByRole("option", { name: /Notes to yourself/ })).toHaveLength(1);
});

test("nothing there speaks of somebody else", async () => {
  const world = worldOfThree();
  const ann = world.account(ANN);
  world.send(ann, ann, ID, "buy milk");
  const { user } = await showApp(App, `${HOME}/c/${NOTES}`, world);
  await screen.findByRole("textbox", { name: "A note to yourself" });
  expect(screen.queryByRole("button", { name: /^Connection: / })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Details" }));
  const panel = within(await screen.findByRole("complementary", { name: "About Notes to yourself" }));
  expect(panel.getByText("Only you")).toBeVisible();
  for (const name of [/Block/, /Disconnect/, /safety/i])
    expect(panel.queryByRole("button", { name })).toBeNull();
  expect(panel.getByRole("region", { name: "In your list" })).toBeVisible();

  const text = within(screen.getByRole("list", { name: "Messages" })).getByText("buy milk", {
    selector: "p",
  });
  fireEvent.contextMenu(text, { clientX: 40, clientY: 40 });
  await user.click(within(await screen.findByRole("menu")).getByRole("menuitem", { name: "Details" }));
  const details = within(await screen.findByRole("dialog", { name: "Details of this message" }));
  expect(details.getByText(/goes nowhere else/)).toBeVisible();
  await user.keyboard("{Escape}");
  fireEvent.contextMenu(text, { clientX: 40, clientY: 40 });
  await user.click(within(await screen.findByRole("menu")).getByRole("menuitem", { name: /^Delete/ }));
  const asked = within(await screen.findByRole("dialog", { name: "Delete this message?" }));
  expect(asked.queryByText(/on the server/)).toBeNull();
  expect(within(screen.getByRole("region", { name: /People/ })).queryByText(/Notes/)).toBeNull();
});

test("a message of somebody can be kept by forwarding it there", async () => {
  const world = worldOfThree();
  const ann = world.account(ANN);
  world.send(ann, ann, ID, "buy milk");
  const { user } = await showApp(App, `${HOME}/c/${NOTES}`, world);
  await screen.findByRole("textbox", { name: "A note to yourself" });
  const text = within(screen.getByRole("list", { name: "Messages" })).getByText("buy milk", {
    selector: "p",
  });
  fireEvent.contextMenu(text, { clientX: 40, clientY: 40 });
  await user.click(within(await screen.findByRole("menu")).getByRole("menuitem", { name: /^Forward/ }));
  await user.click(await screen.findByRole("button", { name: "Send to Notes to yourself" }));
  await waitFor(() => {
    expect(ann.messages.get(NOTES)).toHaveLength(2);
  });
});
