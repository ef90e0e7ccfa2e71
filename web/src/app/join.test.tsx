import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { FakeWorld } from "../testing/FakeWorld";
import { ANN, BOB, CARA, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

function linkOf(world: FakeWorld, cid: bigint): string {
  return world.invites.make({ cid, uses: 1, seconds: 86_400 }).invites[0]?.link ?? "";
}

async function fillIn(user: Awaited<ReturnType<typeof showApp>>["user"], username = "dana") {
  await user.type(await screen.findByLabelText("Full name"), "Dana Dove");
  await user.type(screen.getByLabelText("Username"), username);
  await user.type(screen.getByLabelText("Password"), "long enough indeed");
}

test("a whole message is pasted; the server is filled in and verified; one button, and the conversation is open", async () => {
  const world = worldOfThree();
  const link = linkOf(world, CARA);
  const { user } = await showApp(App, "/", world);
  await user.click(screen.getByRole("button", { name: "I have an invitation" }));
  const field = await screen.findByLabelText("Invitation");
  expect(field).toHaveFocus();
  await user.click(field);
  await user.paste(`Cara Cedar invites you to talk on Casemate.\n\nYour link:\n${link}`);
  const server = within(await screen.findByRole("region", { name: "The server of this invitation" }));
  expect(server.getByText("127.0.0.1:12349")).toBeVisible();
  expect(server.getByLabelText("Server identity")).toHaveTextContent("7c1f");
  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Join" }));
  expect(await screen.findByRole("textbox", { name: /Message to Cara Cedar/ })).toBeVisible();
  expect(location.pathname).toMatch(/^\/a\/\d+\/c\//);
});

test("a link in the address is taken up at once, and nothing of it stays there", async () => {
  const world = worldOfThree();
  const link = linkOf(world, CARA);
  await showApp(App, `/join${new URL(link).hash}`, world);
  expect(location.href).not.toContain("#");
  expect(await screen.findByRole("region", { name: "The server of this invitation" })).toBeVisible();
  const kept = JSON.stringify([
    Object.entries(localStorage),
    Object.entries(sessionStorage),
    document.title,
    history.state,
  ]);
  expect(kept).not.toContain("casemate1-");
});

test("whoever had to sign in first finds an empty field and no complaint", async () => {
  await showApp(App, "/join?signed-out#signed-out");
  expect(await screen.findByLabelText("Invitation")).toHaveValue("");
  expect(screen.queryByText(/There is no invitation/)).not.toBeInTheDocument();
  expect(location.href).not.toContain("signed-out");
});

test("what holds no invitation is said at the field", async () => {
  const { user } = await showApp(App, "/join");
  const field = await screen.findByLabelText("Invitation");
  await user.type(field, "hello");
  expect(await screen.findByText(/There is no invitation in that text/)).toBeVisible();
  expect(field).toBeInvalid();
});

test("an account that is at that server already is offered before a new one", async () => {
  const world = worldOfThree();
  const { user } = await showApp(App, `/join${new URL(linkOf(world, CARA)).hash}`, world);
  const here = within(await screen.findByRole("region", { name: "Your accounts on this server" }));
  expect(here.getAllByRole("button")).toHaveLength(2);
  await user.click(here.getByRole("button", { name: "Open as Bob Birch" }));
  expect(await screen.findByRole("textbox", { name: /Message to Cara Cedar/ })).toBeVisible();
  expect(location.pathname).toContain(`/a/${BOB.toString()}/c/`);
});

test("whoever is registered with the inviter already is in the conversation all the same", async () => {
  const world = worldOfThree();
  const { user, service } = await showApp(App, `/join${new URL(linkOf(world, ANN)).hash}`, world);
  expect(await screen.findByText(/This invitation was made here, by Ann Ash/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Open as Ann Ash" })).not.toBeInTheDocument();
  service.refuseNext("OpenInvitation", { code: "already_registered", params: {}, acts: "user" });
  await user.click(screen.getByRole("button", { name: "Open as Bob Birch" }));
  expect(await screen.findByRole("textbox", { name: /Message to Ann Ash/ })).toBeVisible();
});

test.each([
  ["invite_used", /was used already/],
  ["invite_expired", /has expired/],
  ["invite_ended", /was taken back/],
  ["invite_unknown", /does not know this invitation/],
  ["server_unreachable", /does not answer from here\. Its computer may be off/],
])("%s is said above the button, and what was typed stays", async (code, words) => {
  const world = worldOfThree();
  const { user, service } = await showApp(App, `/join${new URL(linkOf(world, CARA)).hash}`, world);
  await fillIn(user);
  service.refuseNext("Join", { code, params: {}, acts: "peer" });
  await user.click(screen.getByRole("button", { name: "Join" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(words);
  expect(screen.getByLabelText("Full name")).toHaveValue("Dana Dove");
});

test("a username that is taken is said at its field, which has the focus, until another is typed", async () => {
  const world = worldOfThree();
  const { user, service } = await showApp(App, `/join${new URL(linkOf(world, CARA)).hash}`, world);
  expect(await screen.findByText("Next: the conversation with whoever invited you.")).toBeVisible();
  await fillIn(user);
  service.refuseNext("Join", { code: "username_taken", params: { username: "dana" }, acts: "user" });
  await user.click(screen.getByRole("button", { name: "Join" }));
  const username = screen.getByLabelText("Username");
  await waitFor(() => {
    expect(username).toHaveFocus();
  });
  expect(username).toHaveAccessibleDescription(/“dana” is taken on this server/);
  expect(screen.queryByRole("alert")).toBeNull();
  await user.type(username, "2");
  expect(username).toBeValid();
});

test("another invitation can be used instead", async () => {
  const world = worldOfThree();
  const { user } = await showApp(App, `/join${new URL(linkOf(world, CARA)).hash}`, world);
  await user.click(await screen.findByRole("button", { name: "Use another invitation" }));
  expect(await screen.findByLabelText("Invitation")).toHaveValue("");
});

test("an invitation that led to nobody says why, and the account goes on without it", async () => {
  const world = worldOfThree();
  const dana = world.person(44n, "dana", "Dana Dove", { local: true });
  dana.state = "active";
  dana.invitationFailed = { code: "inviter_unproven", params: {}, acts: "admin" };
  const { user } = await showApp(App, "/a/44/with/99", world);
  expect(await screen.findByRole("alert")).toHaveTextContent(/showed somebody else than who invited you/);
  await user.click(screen.getByRole("button", { name: "Go on without it" }));
  expect(location.pathname).toBe("/a/44");
});

test("while the inviter is away one writes already, and is told when it goes", async () => {
  const world = worldOfThree();
  world.setOnline(CARA, false);
  const { user } = await showApp(App, `/join${new URL(linkOf(world, CARA)).hash}`, world);
  await fillIn(user);
  await user.click(screen.getByRole("button", { name: "Join" }));
  const composer = await screen.findByRole("textbox", { name: /Message to Cara Cedar/ });
  expect(screen.getByText("Waits for their computer, or for them to accept")).toBeVisible();
  expect(screen.getByRole("link", { name: /^Cara Cedar/ })).toBeVisible();
  await user.type(composer, "I am in{Enter}");
  expect(
    (await screen.findAllByText(/Waiting for Cara Cedar: it goes as soon as their computer is on/))[0],
  ).toBeInTheDocument();
});

test("the first screen says what comes next to whoever has no account", async () => {
  const world = worldOfThree();
  const first = await showApp(App, "/", world);
  expect(screen.queryByText(/^Next: make an account/)).not.toBeInTheDocument();
  for (const account of world.accounts.values()) account.local = false;
  await showApp(App, "/", first.world);
  expect(await screen.findByText(/^Next: make an account/)).toBeVisible();
});
