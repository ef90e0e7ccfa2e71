import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { applySnapshot } from "../state/workspace";
import { membersOf } from "../words/lists";
import { displayName } from "../words/names";
import { ANN, BOB, CARA, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

async function discover(...args: [world?: ReturnType<typeof worldOfThree>]) {
  const shown = await showApp(App, `/a/${ANN.toString()}`, ...args);
  await shown.user.click(await screen.findByTitle("Find people"));
  const dialog = await screen.findByRole("dialog", { name: "Find people" });
  await within(dialog).findByText(/on 127\.0\.0\.1/);
  return {
    ...shown,
    dialog,
    row: (name: string) => within(dialog).getByText(name).closest("li") as HTMLElement,
  };
}

test("everybody on the server is listed, and what one already is to each other", async () => {
  const { row, dialog } = await discover();
  expect(dialog.querySelectorAll(".peer-list-item")).toHaveLength(2);
  expect(row("Bob Birch")).toHaveTextContent("Connected");
  expect(within(row("Cara Cedar")).getByRole("button", { name: "Connect" })).toBeVisible();
});

test("Connect sends a request, and the row says Registration Sent", async () => {
  const { user, row, world } = await discover();
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: "Connect" }));
  expect(await within(row("Cara Cedar")).findByText("Registration Sent")).toBeVisible();
  expect(within(row("Cara Cedar")).queryByRole("button")).not.toBeInTheDocument();
  expect(world.account(CARA).peers.get(ANN)?.relation).toBe("asks_you");
});

test("a line can go with a request; one that is too long is said to be, and kept", async () => {
  const { user, row, world, service } = await discover();
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: /^Write Cara Cedar a line/ }));
  const asking = await screen.findByRole("dialog", { name: "Ask Cara Cedar to talk" });
  const field = within(asking).getByLabelText("A line about you");
  fireEvent.change(field, { target: { value: "x".repeat(281) } });
  await user.click(within(asking).getByRole("button", { name: "Connect" }));
  expect(field).toHaveAccessibleDescription("Too long by 1 character. Shorten it.");
  expect(world.account(CARA).peers.get(ANN)).toBeUndefined();

  fireEvent.change(field, { target: { value: "Ann from sales" } });
  service.refuseNext("PeerRegister", { code: "server_away", params: {}, acts: "retry" });
  await user.click(within(asking).getByRole("button", { name: "Connect" }));
  expect(await within(row("Cara Cedar")).findByRole("alert")).toBeVisible();
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: /^Write Cara Cedar a line/ }));
  expect(await screen.findByLabelText("A line about you")).toHaveValue("Ann from sales");
  await user.click(
    within(screen.getByRole("dialog", { name: "Ask Cara Cedar to talk" })).getByRole("button", {
      name: "Connect",
    }),
  );
  expect(await within(row("Cara Cedar")).findByText("Registration Sent")).toBeVisible();
  expect(world.account(CARA).peers.get(ANN)).toMatchObject({
    relation: "asks_you",
    introduction: "Ann from sales",
  });
});

test("the row follows what happens: accepted, connected", async () => {
  const { user, row, world } = await discover();
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: "Connect" }));
  act(() => {
    world.answerContact(world.account(CARA), world.account(ANN), true);
  });
  expect(row("Cara Cedar")).toHaveTextContent("Connected");
});

test("a request that cannot be made says why, on the row, and can be made again", async () => {
  const { user, row, service } = await discover();
  service.refuseNext("PeerRegister", { code: "not_accepting", params: {}, acts: "peer" });
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: "Connect" }));
  expect(await within(row("Cara Cedar")).findByRole("alert")).toHaveTextContent(
    "Cara Cedar is not accepting messages",
  );
  expect(within(row("Cara Cedar")).getByRole("button", { name: "Connect" })).toBeEnabled();
});

test("pending, declined, blocked and asking are told apart", async () => {
  const world = worldOfThree();
  const [ann, cara] = [world.account(ANN), world.account(CARA)];
  const { row, user } = await discover(world);
  act(() => {
    world.requestContact(cara, ann);
  });
  expect(row("Cara Cedar")).toHaveTextContent("Wants to talk to you");
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: "Accept" }));
  expect(await within(row("Cara Cedar")).findByText("Connected")).toBeVisible();
  act(() => {
    world.setConnected(ann, cara, false);
  });
  expect(row("Cara Cedar")).toHaveTextContent("Registered");
  act(() => {
    ann.changePeer({ ...world.peer(ann, cara), relation: "declined", connection: "none" });
  });
  expect(row("Cara Cedar")).toHaveTextContent("Declined");
  act(() => {
    world.setBlocked(ann, cara, true);
  });
  expect(row("Cara Cedar")).toHaveTextContent("Blocked");
  await user.click(within(row("Cara Cedar")).getByRole("button", { name: "Unblock" }));
  await waitFor(() => {
    expect(row("Cara Cedar")).not.toHaveTextContent("Blocked");
  });
});

test("searching asks the server, and nobody found says what to do", async () => {
  const { user, dialog } = await discover();
  await user.type(within(dialog).getByRole("searchbox", { name: "Search people" }), "cara");
  await waitFor(() => {
    expect(dialog.querySelectorAll(".peer-list-item")).toHaveLength(1);
  });
  await user.type(within(dialog).getByRole("searchbox"), "xyz");
  expect(await within(dialog).findByText("Nobody is called that")).toBeVisible();
});

test("alone on the server: the list says so at once", async () => {
  const world = worldOfThree();
  for (const cid of [BOB, CARA]) world.accounts.delete(cid);
  const shown = await showApp(App, `/a/${ANN.toString()}`, world);
  await shown.user.click(await screen.findByTitle("Find people"));
  expect(await screen.findByText("You are the first one here")).toBeVisible();
});

test("people are found without their accents and listed by the name one sees, everywhere", async () => {
  const world = worldOfThree();
  const ann = world.account(ANN);
  const names = ["Zoë Ångström", "émile", "Søren", "Andrea"];
  for (const [index, name] of names.entries())
    world.agree(
      ann,
      world.person(100n + BigInt(index), `x${(9 - index).toString()}`, name, { online: true }),
    );
  const { dialog, user } = await discover(world);
  const listed = () =>
    within(dialog)
      .getAllByRole("listitem")
      .map((row) => names.find((name) => row.textContent.includes(name)))
      .filter((name) => name !== undefined);
  const inOrder = ["Andrea", "émile", "Søren", "Zoë Ångström"];
  expect(listed()).toEqual(inOrder);
  const members = membersOf(applySnapshot(null, { ...ann.snapshot(), request_id: null })).map(displayName);
  expect(members.filter((name) => names.includes(name))).toEqual(inOrder);
  await user.type(within(dialog).getByRole("searchbox"), "angstrom");
  await waitFor(() => {
    expect(listed()).toEqual(["Zoë Ångström"]);
  });
  await user.keyboard("{Escape}{Control>}k{/Control}soren");
  expect(await screen.findByRole("option", { name: /Søren/ })).toBeVisible();
});

test("10,000 people: only what is seen is drawn, and only pages that are needed are asked for", async () => {
  const world = worldOfThree();
  world.crowd = Array.from({ length: 10_000 }, (_, index) => ({
    cid: 1_000_000n + BigInt(index),
    username: `user${index.toString()}`,
    full_name: `Person ${index.toString()}`,
  }));
  const { dialog, service } = await discover(world);
  expect(within(dialog).getByText("10,002 people on 127.0.0.1:12349")).toBeVisible();
  expect(dialog.querySelectorAll(".peer-list-item").length).toBeLessThan(40);
  expect(service.asked.filter(({ name }) => name === "ListDirectory").length).toBeLessThan(4);
});

test("a list that could not be fetched is asked for again by itself once the server is back", async () => {
  const shown = await showApp(App, `/a/${ANN.toString()}`);
  await screen.findByText("Pick a conversation");
  act(() => {
    shown.world.serverGoes("away");
  });
  shown.service.refuseNext("ListDirectory", { code: "server_away", params: {}, acts: "retry" });
  await shown.user.click(await screen.findByTitle("Find people"));
  expect(await screen.findByText("The list could not be fetched")).toBeVisible();
  act(() => {
    shown.world.serverGoes("online");
  });
  expect(await screen.findByText("Cara Cedar")).toBeVisible();
});

test("a list that could not be fetched can be asked for again", async () => {
  const shown = await showApp(App, `/a/${ANN.toString()}`);
  shown.service.refuseNext("ListDirectory", { code: "server_away", params: {}, acts: "retry" });
  await shown.user.click(await screen.findByTitle("Find people"));
  expect(await screen.findByText("The list could not be fetched")).toBeVisible();
  await shown.user.click(screen.getByRole("button", { name: "Try again" }));
  const dialog = screen.getByRole("dialog", { name: "Find people" });
  expect(await within(dialog).findByText("Cara Cedar")).toBeVisible();
});

test("someone who asks waits at the top of the sidebar, and can be accepted", async () => {
  const { world, user } = await showApp(App, `/a/${ANN.toString()}`);
  act(() => {
    world.requestContact(world.account(CARA), world.account(ANN));
  });
  const card = await screen.findByRole("listitem", { name: "Request from Cara Cedar" });
  expect(card).toHaveTextContent("Wants to talk to you.");
  await user.click(within(card).getByRole("button", { name: "Accept" }));
  // The conversation opens, and the card keeps its place while the pointer is there.
  expect(await screen.findByRole("textbox", { name: "Message to Cara Cedar" })).toBeVisible();
  expect(card).toHaveTextContent("Answered");
  expect(within(card).queryByRole("button", { name: "Accept" })).not.toBeInTheDocument();
  fireEvent.pointerLeave(card);
  await waitFor(() => {
    expect(screen.queryByRole("listitem", { name: /Request from/ })).not.toBeInTheDocument();
  });
  expect(
    within(screen.getByRole("region", { name: "Direct messages" })).getByText("Cara Cedar"),
  ).toBeVisible();
});

test("a request can be declined, or its sender blocked", async () => {
  const { world, user } = await showApp(App, `/a/${ANN.toString()}`);
  const [ann, cara] = [world.account(ANN), world.account(CARA)];
  act(() => {
    world.requestContact(cara, ann);
  });
  await user.click(await screen.findByRole("button", { name: "Decline" }));
  await waitFor(() => {
    expect(cara.peers.get(ANN)?.relation).toBe("declined");
  });
  cara.partFrom(ANN);
  act(() => {
    world.requestContact(cara, ann);
  });
  await user.click(await screen.findByRole("button", { name: "More about Cara Cedar" }));
  await user.click(await screen.findByRole("menuitem", { name: "Block" }));
  await waitFor(() => {
    expect(ann.peers.get(CARA)?.blocked).toBe(true);
  });
});
