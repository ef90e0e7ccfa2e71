import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { axe } from "vitest-axe";

import type { FakeAccount } from "../testing/FakeAccount";
import type { FakeWorld } from "../testing/FakeWorld";
import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const CONNECTIONS = `/a/${ANN.toString()}/connections`;
const BLOCKED = { code: "udp_blocked_here", params: {}, acts: "admin" } as const;

let world: FakeWorld;
let [ann, bob, cara] = [] as unknown as [FakeAccount, FakeAccount, FakeAccount];

beforeEach(() => {
  world = worldOfThree();
  [ann, bob, cara] = [world.account(ANN), world.account(BOB), world.account(CARA)];
  world.agree(ann, cara);
});

const badge = () => screen.findByRole("button", { name: /^Connection: / });

async function problems(): Promise<string[]> {
  const results = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}

test("the badge turns from the mailbox to relayed to direct, and its number follows", async () => {
  await showApp(App, conversationOf(ANN, BOB), world);
  expect(await badge()).toHaveAccessibleName("Connection: through the server");
  act(() => {
    world.connectDirectly(ann, bob, "relayed", 80, BLOCKED);
  });
  expect(await badge()).toHaveAccessibleName("Connection: relayed, round trip 80 ms");
  act(() => {
    world.connectDirectly(ann, bob, "direct", null);
  });
  expect(await badge()).toHaveAccessibleName("Connection: direct");
  expect(await badge()).toHaveTextContent("direct·– ms");
  for (const roundTrip of [9, 120]) {
    act(() => {
      world.measure(ann, bob, roundTrip);
    });
    expect(await badge()).toHaveTextContent(`direct·${roundTrip.toString()} ms`);
  }
});

test("all about the path is reached with the keyboard, and Esc gives the focus back and closes nothing else", async () => {
  world.connectDirectly(ann, bob, "relayed", 80, BLOCKED);
  const { user } = await showApp(App, conversationOf(ANN, BOB), world);
  await user.click(await screen.findByRole("button", { name: "Details" }));
  (await badge()).focus();
  await user.keyboard("{Enter}");
  const story = await screen.findByRole("dialog", { name: "How messages to Bob Birch travel" });
  expect(story).toHaveTextContent("Your network blocks UDP");
  expect(story).toHaveTextContent("Another network may let it through");
  expect(story).toHaveTextContent("steady at 80 ms");
  expect(await problems()).toEqual([]);
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  expect(await badge()).toHaveFocus();
  expect(screen.getByRole("complementary", { name: "About Bob Birch" })).toBeVisible();
});

test("without the server, those on a path of their own go on, and both the banner and the badge say so", async () => {
  world.connectDirectly(ann, bob, "direct", 12);
  const { user } = await showApp(App, conversationOf(ANN, BOB), world);
  await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  act(() => {
    world.serverGoes("away", Date.now() - 5000);
  });
  expect(await badge()).toHaveAccessibleName(/^Connection: server away since .*, direct, round trip 12 ms$/);
  expect(screen.getByText(/The server is away since/)).toHaveTextContent(
    /Messages with Bob Birch go on without it; the others wait for it\.$/,
  );
  await user.type(screen.getByRole("textbox", { name: "Message to Bob Birch" }), "still here?{Enter}");
  expect(await screen.findByRole("img", { name: "Delivered" })).toBeVisible();
  expect(screen.queryByText(/leaves when it is back/)).not.toBeInTheDocument();
});

test("what goes through the relay of a server that is away is not promised at once", async () => {
  world.connectDirectly(ann, cara, "relayed", 12);
  await showApp(App, conversationOf(ANN, CARA), world);
  await screen.findByRole("textbox", { name: "Message to Cara Cedar" });
  const relayed = world.peer(ann, cara).path;
  const away = (since: number) => {
    act(() => {
      world.serverGoes("away", since);
      world.setPath(ann, cara, relayed); // nobody has missed it yet
    });
    return screen.getByText(/The server is away since/);
  };
  expect(away(Date.now() - 5000)).toHaveTextContent(/messages leave when it is back\.$/);
  expect(away(Date.now() - 20_000)).toHaveTextContent(/Messages with Cara Cedar go on without it/);
});

test("while the internal service is gone, no path is claimed", async () => {
  world.connectDirectly(ann, bob, "direct", 12);
  const { service } = await showApp(App, conversationOf(ANN, BOB), world);
  await badge();
  act(() => {
    service.lose();
  });
  expect(await badge()).toHaveAccessibleName("Connection: not known");
});

test("the connections are drawn and listed by how people are reached, and follow what changes", async () => {
  world.connectDirectly(ann, bob, "direct", 12);
  await showApp(App, CONNECTIONS, world);
  const picture = await screen.findByRole("img", { name: /^You and the people you talk with: / });
  expect(picture).toHaveAccessibleName(/1 direct, 1 through the server$/);
  expect(picture.querySelectorAll("[data-way=direct]")).toHaveLength(1);
  expect(picture.querySelectorAll("[data-way=mailbox]")).toHaveLength(1);
  const direct = screen.getByRole("region", { name: "Direct" });
  expect(within(direct).getByRole("link", { name: "Bob Birch" })).toHaveAttribute(
    "href",
    conversationOf(ANN, BOB),
  );
  expect(within(direct).getByRole("img", { name: "Round trip steady at 12 ms" })).toBeVisible();
  act(() => {
    world.measure(ann, bob, 30);
    world.connectDirectly(ann, cara, "relayed", 70, BLOCKED);
  });
  expect(within(direct).getByText("30 ms")).toBeVisible();
  const relayed = screen.getByRole("region", { name: "Relayed" });
  expect(within(relayed).getByText(/^Your network blocks UDP/)).toBeVisible();
  expect(screen.queryByRole("region", { name: "Through the server" })).not.toBeInTheDocument();
  expect(await problems()).toEqual([]);
});

test("with the server away the picture says so, and who is reached all the same", async () => {
  world.connectDirectly(ann, bob, "direct", 12);
  await showApp(App, CONNECTIONS, world);
  await screen.findByRole("heading", { name: "Connections" });
  act(() => {
    world.serverGoes("away");
  });
  expect(screen.getByRole("img", { name: /^You and/ })).toHaveAccessibleName(
    /1 direct, 1 waiting for the server, the server away since/,
  );
  expect(await problems()).toEqual([]);
});

test("nobody connected yet is a place to begin, and fifty people are all told", async () => {
  for (const peer of [BOB, CARA]) ann.partFrom(peer);
  const { user } = await showApp(App, CONNECTIONS, world);
  expect(await screen.findByRole("heading", { name: "Nobody is connected yet" })).toBeVisible();
  expect(await problems()).toEqual([]);
  act(() => {
    for (let index = 1; index <= 50; index++) {
      const peer = world.person(BigInt(index), `p${index.toString()}`, `Person ${index.toString()}`);
      world.agree(ann, peer);
      if (index <= 20) world.connectDirectly(ann, peer, "direct", index);
    }
  });
  expect(screen.getByRole("img", { name: /20 direct, 30 through the server$/ })).toBeVisible();
  expect(screen.getByRole("main").querySelectorAll("[data-peer]")).toHaveLength(50);
  await user.hover(screen.getByRole("link", { name: "Person 7" }));
});

test("the connections are reached from the account menu and by a few letters", async () => {
  const { user } = await showApp(App, `/a/${ANN.toString()}`, world);
  await user.click(await screen.findByRole("button", { name: /Account menu$/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Connections" }));
  expect(location.pathname).toBe(CONNECTIONS);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "people{Enter}");
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "connec{Enter}");
  expect(location.pathname).toBe(CONNECTIONS);
  await waitFor(() => {
    expect(document.title).toContain("Connections");
  });
});

test("hiding the address and looking around are switches that say what they cost", async () => {
  const { user, service } = await showApp(App, `/a/${ANN.toString()}/settings`, world);
  const hide = await screen.findByRole("switch", { name: "Hide my address from people" });
  expect(hide).not.toBeChecked();
  expect(hide).toHaveAccessibleDescription(
    /takes the server’s relay.* Only accounts on this same computer still meet directly\.$/,
  );
  await user.click(hide);
  await waitFor(() => {
    expect(hide).toBeChecked();
  });
  const look = screen.getByRole("switch", { name: "Find people on this network" });
  expect(look).toHaveAccessibleDescription(/no effect while your address is hidden/);
  await user.click(look);
  await waitFor(() => {
    expect(look).not.toBeChecked();
  });
  expect(service.asked.filter(({ name }) => name === "SetSettings").map(({ fields }) => fields)).toEqual([
    { cid: ANN, relay_only: true },
    { cid: ANN, lan_discovery: false },
  ]);
});

test("connections are asked for with UDP", async () => {
  world.setConnected(ann, bob, false);
  const { user, service } = await showApp(App, conversationOf(ANN, BOB), world);
  const request = vi.spyOn(service, "request");
  await user.click(await screen.findByRole("button", { name: "Connect" }));
  expect(request).toHaveBeenCalledWith("PeerConnect", expect.objectContaining({ udp_mode: "Enabled" }));
});
