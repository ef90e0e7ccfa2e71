import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const HOME = `/a/${ANN.toString()}`;

function fourPeople() {
  const world = worldOfThree();
  world.agree(world.account(ANN), world.account(CARA));
  return world;
}

test("two tabs of one browser show two people, and neither touches the other", async () => {
  const world = worldOfThree();
  const { user } = await showApp(App, conversationOf(ANN, BOB), world);
  expect(sessionStorage.getItem("casemate.account")).toBe(ANN.toString());
  await user.type(await screen.findByRole("textbox", { name: "Message to Bob Birch" }), "from Ann{Enter}");
  sessionStorage.clear(); // another tab has a storage of its own
  const two = await showApp(App, conversationOf(BOB, ANN), world);
  expect(await screen.findByRole("button", { name: /^Bob Birch, .*online/ })).toBeVisible();
  expect(sessionStorage.getItem("casemate.account")).toBe(BOB.toString());
  await two.user.click(screen.getByRole("button", { name: /Account menu/ }));
  await two.user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  await screen.findByRole("button", { name: "Create account" });
  expect(world.account(BOB).state).toBe("signed_out");
  expect(world.account(ANN).state).toBe("active");
});

test("closing a tab does not sign anybody out", async () => {
  const { world } = await showApp(App, HOME);
  await screen.findByRole("button", { name: /^Ann Ash, .*online/ });
  await showApp(App, "/");
  expect(world.account(ANN).state).not.toBe("signed_out");
});

test("the account switcher leads to the other account of this browser", async () => {
  const { user } = await showApp(App, HOME);
  const rail = await screen.findByRole("navigation", { name: "Accounts" });
  await user.click(within(rail).getByRole("button", { name: /^Bob Birch/ }));
  expect(await screen.findByRole("button", { name: /^Bob Birch, .*online/ })).toBeVisible();
  expect(location.pathname).toBe(`/a/${BOB.toString()}`);
});

test("Ctrl+K goes to a person with a few letters", async () => {
  const { user } = await showApp(App, HOME, fourPeople());
  await screen.findByText("Pick a conversation");
  await user.keyboard("{Control>}k{/Control}");
  const box = await screen.findByRole("combobox", { name: /Go to/ });
  await user.type(box, "car{Enter}");
  expect(await screen.findByRole("textbox", { name: "Message to Cara Cedar" })).toBeVisible();
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("the switcher leads to inviting and to coming by an invitation", async () => {
  const { user } = await showApp(App, `/a/${ANN.toString()}`);
  await screen.findByTitle("Find people");
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: /Go to/ }), "invite people{Enter}");
  expect(await screen.findByRole("dialog", { name: "Invite people" })).toBeVisible();
  await user.keyboard("{Escape}{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: /Go to/ }), "invitation{Enter}");
  expect(await screen.findByPlaceholderText(/join#casemate1/)).toBeVisible();
});

test("the switcher also knows accounts and places, and says when nothing is called that", async () => {
  const { user } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  await user.keyboard("{Control>}k{/Control}");
  const box = await screen.findByRole("combobox");
  await user.type(box, "zzz");
  expect(await screen.findByText("Nothing is called that, and nothing says it.")).toBeVisible();
  await user.clear(box);
  await user.type(box, "sett{Enter}");
  expect(await screen.findByRole("heading", { name: "Settings" })).toBeVisible();
});

test("Alt and the arrows go from conversation to conversation", async () => {
  const { user } = await showApp(App, conversationOf(ANN, BOB), fourPeople());
  await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  expect(await screen.findByRole("textbox", { name: "Message to Cara Cedar" })).toBeVisible();
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
});

test("Esc closes the details", async () => {
  const { user } = await showApp(App, conversationOf(ANN, BOB));
  await user.click(await screen.findByRole("button", { name: "Details" }));
  expect(await screen.findByRole("complementary", { name: "About Bob Birch" })).toBeVisible();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("complementary")).not.toBeInTheDocument();
});

test("the server being away is said with its time, and taken back when it is there again", async () => {
  const { world } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  act(() => {
    world.serverGoes("away", new Date().setHours(0, 1));
  });
  expect(screen.getByText(/The server is away since/)).toHaveTextContent(/12:01|00:01/);
  act(() => {
    world.serverGoes("online");
  });
  expect(screen.queryByText(/The server is away/)).not.toBeInTheDocument();
});

test("a server that is restarted does not move the page", async () => {
  const { world } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  act(() => {
    world.serverGoes("away");
  });
  expect(screen.queryByText(/The server is away/)).not.toBeInTheDocument();
  expect(await screen.findByText(/The server is away/, {}, { timeout: 5000 })).toBeVisible();
});

test("a fenced account says what happened and what to do", async () => {
  const { world, user } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  act(() => {
    world.serverGoes("fenced", Date.now(), { code: "fenced", params: {}, acts: "user" });
  });
  expect(screen.getByRole("alert")).toHaveTextContent("A newer copy of this account took over.");
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  expect(await screen.findByRole("button", { name: "Create account" })).toBeVisible();
  expect(world.account(ANN).state).toBe("signed_out");
});

test("the internal service being gone leaves the screen as it is and counts down", async () => {
  const { service, world } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  act(() => {
    service.lose(world.now() - 60_000, world.now() + 9000);
  });
  expect(screen.getByText(/Trying again in \d s/)).toBeVisible();
  expect(screen.getByRole("region", { name: "Direct messages" })).toBeVisible();
  act(() => {
    service.restore();
  });
  expect(screen.queryByText(/has not answered/)).not.toBeInTheDocument();
});

test("settings are asked of the service and shown as it says", async () => {
  const { user, world, service } = await showApp(App, `${HOME}/settings`);
  await user.click(await screen.findByRole("switch", { name: "Appear offline" }));
  await waitFor(() => {
    expect(world.account(ANN).settings.appear_offline).toBe(true);
  });
  expect(screen.getByRole("switch", { name: "Appear offline" })).toBeChecked();
  service.refuseNext("SetSettings", { code: "server_away", params: {}, acts: "retry" });
  await user.click(screen.getByRole("switch", { name: "Appear offline" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The server is away");
  expect(screen.getByRole("switch", { name: "Appear offline" })).toBeChecked();
});

test("the browsers that may open Casemate are listed, and can be signed out", async () => {
  const world = worldOfThree();
  const day = 24 * 60 * 60 * 1000;
  const browser = { signed_in_at: Date.now() - 2 * day, last_used_at: Date.now() - day };
  world.browsers = [
    { id: "one", name: "Firefox on Linux", this_one: true, ...browser },
    { id: "two", name: "Chrome on Windows", this_one: false, ...browser },
  ];
  const { user, service } = await showApp(App, `${HOME}/settings`, world);
  const part = within(await screen.findByRole("region", { name: "Signed-in browsers" }));
  const rows = await part.findAllByRole("listitem");
  expect(rows[0]).toHaveTextContent("This one.");
  expect(rows[1]).toHaveTextContent("Last used yesterday at");
  service.refuseNext("SignOutBrowser", { code: "internal", params: {}, acts: "retry" });
  await user.click(part.getByRole("button", { name: "Sign out Chrome on Windows" }));
  expect(await part.findByRole("alert")).toHaveTextContent("Something went wrong");
  expect(part.getAllByRole("listitem")).toHaveLength(2);
  const release = service.hold("SignOutBrowser");
  const button = part.getByRole("button", { name: "Sign out Chrome on Windows" });
  await user.click(button);
  expect(button).toHaveAttribute("aria-busy", "true");
  expect(button).toHaveFocus();
  release();
  await waitFor(() => {
    expect(part.getAllByRole("listitem")).toHaveLength(1);
  });
  expect(part.getByRole("list", { name: "Browsers" })).toHaveFocus();
  expect(part.queryByRole("alert")).not.toBeInTheDocument();
});

test("the theme is chosen once and kept", async () => {
  const { user } = await showApp(App, `${HOME}/settings`);
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("casemate.theme")).toBe("dark");
  await user.click(screen.getByRole("radio", { name: "System" }));
  expect(localStorage.getItem("casemate.theme")).toBeNull();
});

test("deleting an account takes typing its name", async () => {
  const { user, world } = await showApp(App, `${HOME}/settings`);
  await user.click(await screen.findByRole("button", { name: "Delete account…" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete this account" });
  expect(within(dialog).getByRole("button", { name: "Delete account" })).toBeDisabled();
  await user.type(within(dialog).getByLabelText("Type ann to go on"), "ann");
  await user.click(within(dialog).getByRole("button", { name: "Delete account" }));
  expect(await screen.findByRole("button", { name: "Create account" })).toBeVisible();
  expect(world.accounts.has(ANN)).toBe(false);
});

test("people: everybody one has to do with, and the blocked can be unblocked", async () => {
  const world = worldOfThree();
  world.requestContact(world.account(ANN), world.account(CARA));
  world.setBlocked(world.account(ANN), world.account(BOB), true);
  const { user } = await showApp(App, `${HOME}/people`, world);
  const people = within(await screen.findByRole("main"));
  expect(await people.findByText("Registration Sent")).toBeVisible();
  const blocked = within(people.getByRole("region", { name: "Blocked" }));
  expect(blocked.getByText("Bob Birch")).toBeVisible();
  await user.click(blocked.getByRole("button", { name: "Unblock" }));
  expect(await blocked.findByText(/^Nobody/)).toBeVisible();
  expect(people.getByText("Bob Birch")).toBeVisible();
});

test("closing the tab asks first while words are nowhere but in it", async () => {
  const { user, service } = await showApp(App, conversationOf(ANN, BOB));
  const box = await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  expect(fireEvent(window, new Event("beforeunload", { cancelable: true }))).toBe(true);
  act(() => {
    service.lose();
  });
  await user.type(box, "unsaved{Enter}");
  expect(fireEvent(window, new Event("beforeunload", { cancelable: true }))).toBe(false);
});

test("no service from the start: the page says what to do", async () => {
  const world = worldOfThree();
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { service, user } = await showApp(App, "/", world);
  act(() => {
    Object.assign(service, {
      current: { state: "lost", since: Date.now(), retryAt: null, accounts: null, service: null },
    });
    service.lose();
  });
  expect(
    await screen.findByRole("heading", { name: "Casemate on this computer does not answer" }),
  ).toBeVisible();
  expect(screen.getByText("/opt/casemate/bin/casemate up")).toBeVisible();
  expect(screen.getByText("/opt/casemate/bin/casemate open")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try now" }));
  expect(await screen.findByRole("button", { name: "Create account" })).toBeVisible();
});

test("while nobody tells who is there, nobody is shown as online", async () => {
  const { service } = await showApp(App, conversationOf(ANN, BOB));
  expect(await screen.findByText("Online")).toBeVisible();
  act(() => {
    service.lose();
  });
  expect(screen.queryByText("Online")).not.toBeInTheDocument();
  expect(screen.getByText("Not known whether online")).toBeVisible();
  act(() => {
    service.restore();
  });
  expect(screen.getByText("Online")).toBeVisible();
});

test("how many are online is not said while nobody knows", async () => {
  const { service } = await showApp(App, HOME);
  expect(await screen.findByText("1 online")).toBeVisible();
  act(() => {
    service.lose();
  });
  expect(screen.queryByText(/\d online/)).not.toBeInTheDocument();
});

test("without anybody who agreed there is no conversation to pick, but people to find", async () => {
  const world = worldOfThree();
  const [ann, bob, cara] = [world.account(ANN), world.account(BOB), world.account(CARA)];
  ann.peers.clear();
  world.requestContact(ann, bob);
  await showApp(App, HOME, world);
  const place = within(await screen.findByRole("main"));
  expect(await place.findByRole("button", { name: "Find people" })).toBeVisible();
  expect(screen.queryByText("Pick a conversation")).not.toBeInTheDocument();
  act(() => {
    world.requestContact(cara, ann);
  });
  expect(screen.getByRole("heading", { name: "Somebody wants to talk to you" })).toBeVisible();
});

test("the title of the tab says where one is", async () => {
  for (const [address, title] of [
    ["/", "Casemate"],
    ["/?create", "Create account · Casemate"],
    [`${HOME}/settings`, "Settings · Casemate"],
    [`${HOME}/people`, "People · Casemate"],
    ["/a/12", "This account is not on this computer · Casemate"],
  ] as const) {
    await showApp(App, address);
    await waitFor(() => {
      expect(document.title).toBe(title);
    });
  }
});

test("after an answer to a request, the keyboard goes on in the sidebar", async () => {
  const world = worldOfThree();
  world.requestContact(world.account(CARA), world.account(ANN));
  const { user } = await showApp(App, HOME, world);
  (await screen.findByRole("button", { name: "Decline" })).focus();
  await user.keyboard("{Enter}");
  await waitFor(() => {
    expect(screen.getByRole("navigation", { name: "People and conversations" })).toHaveFocus();
  });
});

test("a fault of the page itself is said, with its detail, and does not leave an empty screen", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { world } = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  const broken = world.peer(world.account(ANN), world.account(BOB));
  act(() => {
    world.account(ANN).changePeer({ ...broken, full_name: null as unknown as string });
  });
  expect(await screen.findByRole("heading", { name: "This page has stumbled" })).toBeVisible();
  expect(screen.getByText(/TypeError/)).toBeInTheDocument();
});

test("one's full name can be changed, and whoever one talks with has a line about it", async () => {
  const { user, world } = await showApp(App, `/a/${ANN.toString()}/settings`);
  await user.click(await screen.findByRole("button", { name: "Change…" }));
  const dialog = screen.getByRole("dialog", { name: "Change your full name" });
  const field = within(dialog).getByLabelText("Full name");
  await user.clear(field);
  await user.type(field, "Ann Oak");
  await user.click(within(dialog).getByRole("button", { name: "Change it" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
  expect(screen.getByRole("button", { name: /^Ann Oak, .*Account menu/ })).toBeVisible();
  expect(world.account(BOB).saidWith(ANN)?.at(-1)?.text).toBe("Ann Ash\nAnn Oak");
});
