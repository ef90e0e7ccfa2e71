import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { axeProblems } from "../testing/axeProblems";
import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const HOME = `/a/${ANN.toString()}`;

function busyWorld() {
  const world = worldOfThree();
  const [ann, bob, cara] = [ANN, BOB, CARA].map((cid) => world.account(cid));
  if (!ann || !bob || !cara) throw new Error("not three");
  world.send(ann, bob, "1".padStart(32, "0"), "hello");
  world.send(bob, ann, "2".padStart(32, "0"), "hello yourself");
  world.requestContact(cara, ann);
  return world;
}

test.each([
  ["the start page", "/", "Create account"],
  ["creating an account", "/?create", "Create account"],
  ["signing in", "/?sign-in", "Sign in"],
  ["joining by an invitation", "/join", "Back"],
])("%s", async (_, address, button) => {
  await showApp(App, address, busyWorld());
  await screen.findByRole("button", { name: button });
  expect(await axeProblems()).toEqual([]);
});

test("a conversation with its details, a request, and the server away", async () => {
  const { user, world } = await showApp(App, conversationOf(ANN, BOB), busyWorld());
  await user.click(await screen.findByRole("button", { name: "Details" }));
  await screen.findByRole("list", { name: /^Safety number/ });
  act(() => {
    world.serverGoes("away", Date.now() - 5000);
  });
  expect(screen.getAllByText(/The server is away/)).not.toHaveLength(0);
  expect(await axeProblems()).toEqual([]);
});

test.each([
  ["Reply", "Replying to"],
  ["Details", "How far it got"],
  ["Forward", "Find a person"],
  ["Delete", "Delete for me"],
  ["Select several", "1 selected"],
])("what is done with a message: %s", async (action, shown) => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640); // a list without a size draws nothing
  const { user } = await showApp(App, conversationOf(ANN, BOB), busyWorld());
  const row = (await screen.findByText("hello yourself", { selector: "p" })).closest("li");
  if (row === null) throw new Error("no row");
  fireEvent(row, new MouseEvent("pointerover", { bubbles: true }));
  await screen.findByRole("toolbar", { name: "Actions for this message" });
  fireEvent.contextMenu(row, { clientX: 9, clientY: 9 });
  const item = await screen.findByRole("menuitem", { name: action });
  expect(await axeProblems()).toEqual([]);
  await user.click(item);
  await waitFor(() => {
    expect(document.body.innerHTML).toContain(shown);
  });
  expect(await axeProblems()).toEqual([]);
});

test("discovering people", async () => {
  const { user } = await showApp(App, HOME, busyWorld());
  await user.click(await screen.findByTitle("Find people"));
  await screen.findByRole("dialog", { name: "Find people" });
  await screen.findByText(/people on/);
  expect(await axeProblems()).toEqual([]);
});

test("inviting people, with a link and who came by it", async () => {
  const world = busyWorld();
  const old = world.invites.make({ cid: ANN, uses: 5, seconds: 86_400 }).invites[0]?.link ?? "";
  const found = world.invites.find(old);
  if (found === undefined) throw new Error("not made");
  world.invites.comes(found, BOB);
  const { user } = await showApp(App, HOME, world);
  await user.click(await screen.findByRole("button", { name: "Invite people" }));
  await screen.findByRole("button", { name: /Open the conversation with Bob Birch/ });
  expect(await axeProblems()).toEqual([]);
  await user.click(await screen.findByRole("button", { name: "Make a link" }));
  await screen.findByRole("img", { name: "QR code of the link" });
  expect(await axeProblems()).toEqual([]);
});

test("the quick switcher", async () => {
  const { user } = await showApp(App, HOME, busyWorld());
  await screen.findByText("Pick a conversation");
  await user.keyboard("{Control>}k{/Control}");
  await screen.findByRole("combobox");
  expect(await axeProblems()).toEqual([]);
});

test.each(["settings", "people", "connections"])("%s", async (place) => {
  await showApp(App, `${HOME}/${place}`, busyWorld());
  await screen.findByRole("heading", { level: 1 });
  expect(await axeProblems()).toEqual([]);
});
