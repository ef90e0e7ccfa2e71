import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Reason } from "../api/generated";
import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { FakeWorld, SERVER } from "../testing/FakeWorld";
import { App } from "./App";

async function fillIn(user: Awaited<ReturnType<typeof showApp>>["user"], fields: Record<string, string>) {
  for (const [label, text] of Object.entries(fields)) {
    const field = await screen.findByLabelText(label);
    await user.clear(field);
    await user.type(field, text);
  }
}

const NEW_ACCOUNT = { "Full name": "Dana Dove", Username: "dana", Password: "long enough indeed" };

test("the start page offers the open sessions of this computer, a new account, and signing in", async () => {
  await showApp(App, "/");
  expect(screen.getByRole("main", { name: "Casemate" })).toBeVisible();
  expect(screen.getByRole("button", { name: /^Resume Ann Ash, @ann,/ })).toBeVisible();
  expect(screen.getByRole("button", { name: "Create account" })).toBeVisible();
  expect(screen.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("an open session is resumed with one click, and the address says whose it is", async () => {
  const { user } = await showApp(App, "/");
  await user.click(screen.getByRole("button", { name: /Resume Bob Birch/ }));
  expect(await screen.findByRole("button", { name: /^Bob Birch, .*online/ })).toBeVisible();
  expect(location.pathname).toBe(`/a/${BOB.toString()}`);
});

test("a new account: the address is offered, the server says who it is, and one is in", async () => {
  const { user } = await showApp(App, "/", new FakeWorld());
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(screen.getByLabelText("Server address")).toHaveValue(SERVER);
  expect(await screen.findByText("First time on this server")).toBeVisible();
  expect(screen.getByLabelText("Server identity")).toHaveTextContent("7c1f");
  await fillIn(user, NEW_ACCOUNT);
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("button", { name: /^Dana Dove, .*online/ })).toBeVisible();
  const place = within(screen.getByRole("main"));
  expect(place.getByRole("button", { name: "Find people" })).toBeVisible();
});

test("nobody is told to ask somebody else about the server that they run themselves", async () => {
  const world = new FakeWorld();
  const { user } = await showApp(App, "/", world);
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText(/Compare its identity with whoever runs it/)).toBeVisible();
  cleanup();
  world.ownServer = true;
  const own = await showApp(App, "/", world);
  await own.user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText("This is your own server")).toBeVisible();
  expect(screen.queryByText(/Compare its identity/)).toBeNull();
});

test("a username that is taken is said at its field, which has the focus; what was typed stays", async () => {
  const { user } = await showApp(App, "/?create");
  await fillIn(user, { ...NEW_ACCOUNT, Username: "cara" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText(/“cara” is taken on this server/)).toBeVisible();
  const username = screen.getByLabelText("Username");
  expect(username).toBeInvalid();
  expect(username).toHaveAccessibleDescription(/Pick another one/);
  await waitFor(() => {
    expect(username).toHaveFocus();
  });
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByLabelText("Full name")).toHaveValue("Dana Dove");
});

test("a server that cannot be reached is named before anything is sent", async () => {
  const { user } = await showApp(App, "/?create");
  await fillIn(user, { "Server address": "far.example:1" });
  expect(await screen.findByText(/far\.example:1 does not answer/)).toBeVisible();
});

test("a server password is asked for when the server wants one, and a wrong one is said so", async () => {
  const world = new FakeWorld();
  world.serverPassword = "sesame";
  const { user } = await showApp(App, "/?create", world);
  await fillIn(user, { ...NEW_ACCOUNT, "Server password": "simsim" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("did not take that server password");
  await fillIn(user, { "Server password": "sesame" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByRole("button", { name: /^Dana Dove, .*online/ })).toBeVisible();
});

test("what is missing is said next to its field, and nothing is sent", async () => {
  const { user, service } = await showApp(App, "/?create");
  await user.type(screen.getByLabelText("Username"), "a b");
  await user.type(screen.getByLabelText("Password"), "short");
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(screen.getByLabelText("Full name")).toHaveAccessibleDescription("What should others call you?");
  expect(screen.getByLabelText("Username")).toHaveAccessibleDescription("A username has no spaces.");
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription(/Too short/);
  await waitFor(() => {
    expect(screen.getByLabelText("Full name")).toHaveFocus();
  });
  expect(service.asked.map(({ name }) => name)).not.toContain("Register");
});

test("an address that cannot be one is said so, with one that could", async () => {
  const { user, service } = await showApp(App, "/?create");
  service.refuseNext("ProbeServer", { code: "malformed", params: {}, acts: "user" });
  await user.clear(screen.getByLabelText("Server address"));
  await user.type(screen.getByLabelText("Server address"), "http://team/");
  await waitFor(() => {
    expect(screen.getByLabelText("Server address")).toHaveAccessibleDescription(
      /no server address.*team\.example\.org/,
    );
  });
});

test("a step that takes long shows its name and a clock", async () => {
  const { user, service } = await showApp(App, "/?create");
  const release = service.hold("Register");
  await fillIn(user, NEW_ACCOUNT);
  await user.click(screen.getByRole("button", { name: "Create account" }));
  expect(await screen.findByText("Making your keys and your account")).toBeVisible();
  expect(await screen.findByText(/^\d s$/, {}, { timeout: 10_000 })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Create account", busy: true }));
  expect(service.asked.filter(({ name }) => name === "Register")).toHaveLength(1);
  release();
  expect(await screen.findByRole("button", { name: /^Dana Dove, .*online/ })).toBeVisible();
});

test("a wrong password is said so, and the right one opens the account", async () => {
  const world = worldOfThree();
  world.account(ANN).state = "signed_out";
  const { user } = await showApp(App, "/?sign-in", world);
  await fillIn(user, { Username: "ann", Password: "not it" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("That password does not open this account.");
  await fillIn(user, { Password: "correct horse" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("button", { name: /^Ann Ash, .*online/ })).toBeVisible();
});

test("the same username on two servers: the person says which one is meant", async () => {
  const world = worldOfThree();
  const twin = world.person(77n, "ann", "Ann Elsewhere", { local: true });
  for (const account of [twin, world.account(ANN)]) account.state = "signed_out";
  const { user, service } = await showApp(App, "/?sign-in", world);
  await fillIn(user, { Username: "ann", Password: "correct horse" });
  await user.click(
    within(screen.getByRole("group", { name: "On which server?" })).getAllByRole("radio")[1] as Element,
  );
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await waitFor(() => {
    const connecting = service.asked.filter(({ name }) => name === "ConnectAccount");
    expect(connecting).toMatchObject([{ fields: { cid: 77n } }]);
  });
});

test("a link into a signed-out account asks for its password, and then leads where it leads", async () => {
  const world = worldOfThree();
  world.account(ANN).state = "signed_out";
  const { user } = await showApp(App, conversationOf(ANN, BOB), world);
  expect(screen.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  expect(screen.getByText("Ann Ash")).toBeVisible();
  await fillIn(user, { Password: "correct horse" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
});

test("after signing out, the browser's back does not lead back in", async () => {
  const { user } = await showApp(App, conversationOf(ANN, BOB));
  await user.click(await screen.findByRole("button", { name: /Account menu/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(await screen.findByRole("button", { name: "Create account" })).toBeVisible();
  window.history.replaceState(null, "", conversationOf(ANN, BOB)); // as `back` would do
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(await screen.findByRole("heading", { name: "Welcome back" })).toBeVisible();
  expect(screen.queryByRole("textbox", { name: /Message to/ })).not.toBeInTheDocument();
});

test("addresses that lead nowhere say so", async () => {
  await showApp(App, "/a/12345");
  expect(screen.getByRole("heading", { name: "This account is not on this computer" })).toBeVisible();
  await showApp(App, "/a/18446744073709551616");
  expect(screen.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await showApp(App, conversationOf(ANN, 99n));
  expect(await screen.findByRole("heading", { name: "There is no such conversation" })).toBeVisible();
});

test("an account whose file is damaged says whose file, and what now; the others stay as they are", async () => {
  const world = worldOfThree();
  const bob = world.account(BOB);
  bob.state = "signed_out";
  bob.reason = {
    code: "account_damaged",
    params: { name: "bob", what: "damaged", file: "/data/accounts/b.db" },
    acts: "user",
  };
  const { user } = await showApp(App, "/", world);
  expect(screen.getByRole("button", { name: /^Resume Ann Ash, @ann,/ })).toBeVisible();
  expect(screen.getByText(/is damaged \(\/data\/accounts\/b\.db\)\. It was left as it is/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Bob Birch, @bob, .*closed/ }));
  expect(await screen.findByRole("alert")).toHaveTextContent("put back a copy of it");
});

test("an account beyond repair is removed after a question that says what is lost, and never without", async () => {
  const world = worldOfThree();
  const bob = world.account(BOB);
  bob.state = "signed_out";
  const damaged = (what: string): Reason => ({
    code: "account_damaged",
    params: { name: "bob", what, file: "/data/accounts/b.db" },
    acts: "user",
  });
  bob.reason = damaged("unreadable");
  const { user } = await showApp(App, "/", world);
  expect(screen.queryByRole("button", { name: "Remove @bob from this computer" })).toBeNull();
  bob.reason = damaged("damaged");
  world.accountsChanged();
  await user.click(await screen.findByRole("button", { name: "Remove @bob from this computer" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("nobody can bring it back");
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  expect(screen.getByRole("button", { name: /^Bob Birch, @bob, .*closed/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Remove @bob from this computer" }));
  await user.click(screen.getByRole("button", { name: "Remove the account" }));
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: /Bob Birch/ })).toBeNull();
  });
});

test("a found account file is deleted after a question", async () => {
  const world = worldOfThree();
  const name = "ab".repeat(16);
  world.found = {
    files: [{ name, found_at: world.now(), bytes: 155_000, has_vault: false }],
    listLost: null,
  };
  const { user } = await showApp(App, "/", world);
  await user.click(screen.getByRole("button", { name: "Delete abababab" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("username stays taken on its server");
  await user.click(screen.getByRole("button", { name: "Delete the file" }));
  await waitFor(() => {
    expect(screen.queryByText(/^abababab/)).toBeNull();
  });
});

test("account files that the list lost are offered, and their password opens them", async () => {
  const world = worldOfThree();
  const bob = world.account(BOB);
  bob.local = false;
  bob.state = "signed_out";
  const name = BOB.toString(16).padStart(32, "0");
  const lost = { code: "list_lost", params: { what: "missing", kept_as: "" }, acts: "user" } as const;
  world.found = {
    files: [{ name, found_at: world.now(), bytes: 155_000, has_vault: true }],
    listLost: lost,
  };
  const { user } = await showApp(App, "/", world);
  expect(screen.getByText(/list of accounts was found missing\. No account is lost/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /with its password$/ }));
  await user.type(screen.getByLabelText("Password of this account"), "wrong{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("That password does not open");
  await user.clear(screen.getByLabelText("Password of this account"));
  await user.type(screen.getByLabelText("Password of this account"), `${bob.password}{Enter}`);
  expect(await screen.findByRole("button", { name: /^Bob Birch, .*online/ })).toBeVisible();
});

test("a disk that is nearly full is said on the start page and in an account; a full one says that reading goes on", async () => {
  const world = worldOfThree();
  world.storage = { code: "disk_low", params: { megabytes: "64" }, acts: "user" };
  const { user } = await showApp(App, "/", world);
  expect(screen.getByRole("alert")).toHaveTextContent("less than 64 MB left");
  world.storage = { code: "disk_full", params: {}, acts: "retry" };
  world.accountsChanged();
  expect(await screen.findByText(/What is here stays readable/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /Resume Bob Birch/ }));
  expect(await screen.findByText(/There is no room on this computer’s disk/)).toBeVisible();
});
