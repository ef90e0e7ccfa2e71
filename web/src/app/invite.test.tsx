import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ONLY_HERE } from "../testing/FakeWorld";
import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const HOME = `/a/${ANN.toString()}`;

function onlyHere() {
  const world = worldOfThree();
  world.reach = ONLY_HERE;
  return world;
}

async function invite(user: Awaited<ReturnType<typeof showApp>>["user"]) {
  await user.click((await screen.findAllByRole("button", { name: "Invite people" }))[0] as HTMLElement);
  return within(await screen.findByRole("dialog", { name: "Invite people" }));
}

function madeBy(world: ReturnType<typeof worldOfThree>, uses: number) {
  const link = world.invites.make({ cid: ANN, uses, seconds: 86_400 }).invites[0]?.link ?? "";
  const found = world.invites.find(link);
  if (found === undefined) throw new Error("not made");
  return found;
}

test("a link is made for one person and a week, copied, and told as a text; it stays out of the address", async () => {
  const { user } = await showApp(App, HOME);
  const dialog = await invite(user);
  expect(dialog.getByRole("radio", { name: "One person" })).toBeChecked();
  expect(dialog.getByRole("radio", { name: "A week" })).toBeChecked();
  expect(await dialog.findByText(/None yet/)).toBeVisible();
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  const field = await dialog.findByRole("textbox", { name: "For one person" });
  expect(field).toHaveFocus();
  const link = (field as HTMLInputElement).value;
  expect(link).toMatch(/^http:\/\/192\.0\.2\.7:12349\/join#casemate1-/);
  await user.click(dialog.getByRole("button", { name: "Copy link" }));
  expect(await navigator.clipboard.readText()).toBe(link);
  expect(dialog.getByText("Copied")).toHaveAttribute("role", "status");
  await user.click(dialog.getByRole("button", { name: "Copy invitation" }));
  const text = await navigator.clipboard.readText();
  expect(text).toMatch(/^Ann Ash invites you to talk on Casemate\.\n/);
  expect(text).toContain(link);
  const kept = JSON.stringify([
    Object.entries(localStorage),
    Object.entries(sessionStorage),
    location.href,
    document.title,
    history.state,
  ]);
  expect(kept).not.toContain("casemate1-");
});

test("a link that the server takes nobody by is said to be that, until it does again", async () => {
  const { user, world } = await showApp(App, HOME);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  expect(await dialog.findAllByText(/^Works until/)).toHaveLength(2);
  act(() => {
    world.invites.judge(ANN, { code: "registration_closed", params: {}, acts: "admin" });
  });
  const words = "Not usable now: the server is closed to new accounts.";
  await waitFor(() => {
    expect(dialog.getAllByText(words)).toHaveLength(2);
  });
  expect(dialog.getByRole("button", { name: /^Take back/ })).toBeVisible();
  act(() => {
    world.invites.judge(ANN, null);
  });
  await waitFor(() => {
    expect(dialog.queryByText(words)).not.toBeInTheDocument();
  });
});

test("whoever makes a link for many is told what a holder could do", async () => {
  const { user, world } = await showApp(App, HOME);
  const dialog = await invite(user);
  await user.click(dialog.getByRole("radio", { name: "25 people" }));
  await user.click(dialog.getByRole("radio", { name: "30 days" }));
  expect(dialog.getByRole("note")).toHaveTextContent(/pose as another newcomer/);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  expect(await dialog.findByRole("textbox", { name: "For 25 people" })).toBeVisible();
  const [made] = world.invites.of(ANN).invites;
  expect([made?.uses, (made?.ends_at ?? 0) - (made?.made_at ?? 0)]).toEqual([25, 30 * 86_400_000]);
});

test.each([
  ["registration_closed", /takes no new accounts/],
  ["too_many_invites", /as many invitations as can be kept/],
  ["server_away", /The server is away/],
  ["update_server", /too old for this program/],
])("%s is said where the button is", async (code, words) => {
  const { user, world } = await showApp(App, HOME);
  world.invites.refuses = { code, params: {}, acts: "admin" };
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent(words);
});

test("a link that no other computer can use says so, and leads elsewhere once the server listens there", async () => {
  const { user } = await showApp(App, HOME, onlyHere());
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "For this computer only" }));
  expect(await dialog.findByText(/This link works on this computer only/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Listen on the network" }));
  expect(await dialog.findByRole("list", { name: "Addresses for others" })).toBeVisible();
});

test("nothing can be pressed before it is known whether it would open the server", async () => {
  const world = onlyHere();
  const { user, service } = await showApp(App, HOME, world);
  const release = service.hold("GetReach");
  const dialog = await invite(user);
  expect(dialog.getByRole("status", { name: "Looking who can come here" })).toBeVisible();
  expect(dialog.queryByRole("button", { name: "Make a link" })).not.toBeInTheDocument();
  await user.type(dialog.getByRole("radio", { name: "One person" }), "{Enter}");
  expect(world.invites.of(ANN).invites).toEqual([]);
  release();
  expect(await dialog.findByRole("button", { name: "Listen on the network and make a link" })).toBeVisible();
  expect(dialog.queryByRole("status", { name: "Looking who can come here" })).not.toBeInTheDocument();
});

test("where it cannot be found out who can come, a link can be made all the same", async () => {
  const world = worldOfThree();
  const { user, service } = await showApp(App, HOME, world);
  service.refuseNext("GetReach", { code: "internal", params: {}, acts: "retry" });
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  expect(await dialog.findByRole("textbox", { name: "For one person" })).toBeVisible();
});

test("where a proxy brings others, a link is made without listening on the network", async () => {
  const world = worldOfThree();
  const address = "wss://chat.example.org";
  world.reach = { ...ONLY_HERE, registration: "open", addresses: [{ address, who: "everywhere" }] };
  const { user, service } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  expect(await dialog.findByRole("textbox", { name: "For one person" })).toBeVisible();
  expect(dialog.getByText(/^Everywhere: people can come/)).toBeVisible();
  expect(dialog.getByText(/^Anybody who can reach it can make an account\. /)).toBeVisible();
  expect(dialog.queryByText(/can make an account then/)).not.toBeInTheDocument();
  expect(service.asked.filter(({ name }) => name === "SetReach")).toHaveLength(0);
});

test("one button lets others come and makes the link, when the server is back", async () => {
  const world = onlyHere();
  const { user, service } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  const release = service.hold("SetReach");
  const button = await dialog.findByRole("button", { name: "Listen on the network and make a link" });
  await user.click(dialog.getByRole("radio", { name: "5 people" }));
  await user.click(button);
  expect(await dialog.findByText("Your server starts again, on the network…")).toBeVisible();
  act(() => {
    world.serverGoes("away");
  });
  release();
  expect(await dialog.findByText("Connecting to it again…")).toBeVisible();
  expect(button).toHaveAttribute("aria-busy", "true");
  expect(world.invites.of(ANN).invites).toEqual([]);
  act(() => {
    world.serverGoes("online");
  });
  const field = await dialog.findByRole("textbox", { name: "For 5 people" });
  expect(field).toHaveFocus();
  expect((field as HTMLInputElement).value).toMatch(/^http:\/\/192\.0\.2\.7:12349/);
  expect(world.invites.of(ANN).invites).toHaveLength(1);
});

test("a server that does not come to the network makes no link for it, and says why", async () => {
  const world = onlyHere();
  world.reachOnNetwork = { ...ONLY_HERE, failed: true };
  const { user, service } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  const press = async () =>
    user.click(await dialog.findByRole("button", { name: "Listen on the network and make a link" }));
  await press();
  expect(await dialog.findByRole("alert")).toHaveTextContent("All is as before");
  service.refuseNext("SetReach", { code: "internal", params: {}, acts: "retry" });
  await press();
  await waitFor(() => {
    expect(dialog.getByRole("alert")).toHaveTextContent("Something went wrong");
  });
  expect(world.invites.of(ANN).invites).toEqual([]);
});

test("who came by a link is named while one looks, and opens the conversation", async () => {
  const world = worldOfThree();
  const found = madeBy(world, 5);
  const { user } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  expect(await dialog.findByText(/5 of 5 left/)).toBeVisible();
  act(() => {
    world.invites.comes(found, CARA);
  });
  await user.click(await dialog.findByRole("button", { name: "Open the conversation with Cara Cedar" }));
  expect(location.pathname).toBe(conversationOf(ANN, CARA));
});

test("the conversation with the one for whom a link was made opens by itself when they are here", async () => {
  const world = worldOfThree();
  const { user } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  const link = (await dialog.findByLabelText<HTMLInputElement>("For one person")).value;
  const found = world.invites.find(link);
  act(() => {
    if (found !== undefined) world.invites.comes(found, CARA);
  });
  await waitFor(() => {
    expect(location.pathname).toBe(conversationOf(ANN, CARA));
  });
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("what installs Casemate is handed out with an invitation where somebody said it", async () => {
  const world = worldOfThree();
  world.installLine = "uvx casemate join";
  const { user } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  await user.click(await dialog.findByRole("button", { name: "Copy invitation" }));
  expect(await navigator.clipboard.readText()).toContain("To install it and join:\nuvx casemate join\n");
});

test("taking back is asked about once, and the keyboard goes on from the list", async () => {
  const world = worldOfThree();
  madeBy(world, 1);
  const { user } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: /^Take back the link/ }));
  expect(dialog.getByRole("button", { name: "Keep it" })).toHaveFocus();
  await user.click(dialog.getByRole("button", { name: "Take it back" }));
  expect(await dialog.findByText("Taken back.")).toBeVisible();
  await waitFor(() => {
    expect(dialog.getByRole("list", { name: "Your invitations" })).toHaveFocus();
  });
  expect(dialog.queryByRole("button", { name: /^Show link/ })).not.toBeInTheDocument();
});

test("a list that could not be fetched is fetched again", async () => {
  const { user, service } = await showApp(App, HOME);
  service.refuseNext("ListInvites", { code: "internal", params: {}, acts: "retry" });
  const dialog = await invite(user);
  expect(await dialog.findByRole("alert")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Try again" }));
  expect(await dialog.findByText(/None yet/)).toBeVisible();
});

test("whoever is alone, and whoever is first in the directory, is offered to invite", async () => {
  const world = worldOfThree();
  world.account(ANN).partFrom(BOB);
  const { user } = await showApp(App, HOME, world);
  expect(await screen.findByText("It is quiet in here")).toBeVisible();
  expect(await screen.findAllByRole("button", { name: "Invite people" })).toHaveLength(2);
  await user.click(screen.getByTitle("Find people"));
  const discover = within(await screen.findByRole("dialog", { name: "Find people" }));
  expect(discover.getByRole("button", { name: "Invite people" })).toBeVisible();
  await user.type(discover.getByRole("searchbox"), "zzz");
  expect(await discover.findByText("Nobody is called that")).toBeVisible();
  await user.click(await discover.findByRole("button", { name: "Invite people" }));
  expect(await screen.findByRole("dialog", { name: "Invite people" })).toBeVisible();
});

test("a link at whose addresses nothing answers is said to be doubtful before it is copied", async () => {
  const world = worldOfThree();
  const address = "203.0.113.7:12349";
  world.reach = { ...world.reachOnNetwork, addresses: [{ address, who: "unknown" }] };
  const { user } = await showApp(App, HOME, world);
  const dialog = await invite(user);
  await user.click(await dialog.findByRole("button", { name: "Make a link" }));
  const doubt = await dialog.findByText(/^It is not known whether anybody can use this link/);
  const copy = dialog.getByRole("button", { name: "Copy link" });
  expect(doubt.compareDocumentPosition(copy)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});
