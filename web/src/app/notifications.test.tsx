import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { lookAgain } from "../state/notificationLeave";
import { conversationId } from "../testing/conversationId";
import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
const TALK = conversationId(ANN, BOB);

const browser = { permission: "default", answer: "granted", asked: 0 };

/** As much of it as a page asks before anything is shown. */
const FakeNotification = {
  get permission() {
    return browser.permission;
  },
  requestPermission() {
    browser.asked += 1;
    browser.permission = browser.answer;
    return Promise.resolve(browser.permission);
  },
};

beforeEach(() => {
  Object.assign(browser, { permission: "default", answer: "granted", asked: 0 });
  Object.assign(globalThis, { Notification: FakeNotification });
  lookAgain();
});

afterEach(() => {
  vi.restoreAllMocks();
  Reflect.deleteProperty(globalThis, "Notification");
  lookAgain();
});

async function part() {
  return within(await screen.findByRole("region", { name: "Notifications" }));
}

test("the browser is asked when a person says so, and never before", async () => {
  const { user } = await showApp(App, SETTINGS);
  const notifications = await part();
  expect(notifications.getByText(/The browser asks you once/)).toBeVisible();
  expect(browser.asked).toBe(0);
  await user.click(notifications.getByRole("button", { name: "Turn on" }));
  expect(browser.asked).toBe(1);
  expect(await notifications.findByText(/This browser shows them/)).toBeVisible();
  expect(notifications.queryByRole("button", { name: "Turn on" })).not.toBeInTheDocument();
});

test("whoever refused reads where it is allowed, and is not asked again", async () => {
  browser.answer = "denied";
  const { user } = await showApp(App, SETTINGS);
  const notifications = await part();
  await user.click(notifications.getByRole("button", { name: "Turn on" }));
  expect(
    await notifications.findByText(/does not let Casemate show any.*settings of this page/),
  ).toBeVisible();
  expect(notifications.queryByRole("button", { name: "Turn on" })).not.toBeInTheDocument();
});

test.each([
  ["works", /this computer shows them itself/],
  ["missing", /this computer has no notifications/],
  ["off", /started without/],
] as const)("what there is while no tab shows any is said: %s", async (state, words) => {
  const world = worldOfThree();
  world.desktop = state;
  await showApp(App, SETTINGS, world);
  expect(await (await part()).findByText(words)).toBeVisible();
});

test("a second one is set while the first is on its way", async () => {
  const { user, world, service } = await showApp(App, SETTINGS);
  const notifications = within(await screen.findByRole("region", { name: "Notifications" }));
  const release = service.hold("SetNotifications");
  await user.click(notifications.getByRole("switch", { name: "Sound" }));
  await user.click(notifications.getByRole("radio", { name: "Name only" }));
  release();
  await waitFor(() => {
    expect(world.account(ANN).settings.notifications).toMatchObject({ sound: false, shows: "name" });
  });
});

test("what they show, their sound and the quiet hours are settings of the account", async () => {
  const { user, world } = await showApp(App, SETTINGS);
  const notifications = await part();
  const chosen = () => world.account(ANN).settings.notifications;
  await user.click(notifications.getByRole("radio", { name: "Name only" }));
  expect(chosen().shows).toBe("name");
  await user.click(notifications.getByRole("switch", { name: "Sound" }));
  expect(chosen().sound).toBe(false);
  expect(notifications.queryByLabelText("from")).not.toBeInTheDocument();
  await user.click(notifications.getByRole("radio", { name: "At night" }));
  expect(chosen().quiet).toBe("hours");
  const from = notifications.getByLabelText("from");
  expect(from).toHaveValue("22:00");
  await user.clear(from);
  await user.type(from, "21:30");
  expect(chosen().quiet_from).toBe(1290);
  await user.click(notifications.getByRole("radio", { name: "On" }));
  expect(notifications.getByText(/until you turn this off/)).toBeVisible();
});

test("what is refused is said, and the choice stays what it was", async () => {
  const { user, service } = await showApp(App, SETTINGS);
  const notifications = await part();
  service.refuseNext("SetNotifications", { code: "disk_full", params: {}, acts: "user" });
  await user.click(notifications.getByRole("radio", { name: "Nothing" }));
  expect(await notifications.findByRole("alert")).toBeVisible();
  expect(notifications.getByRole("radio", { name: "Name and text" })).toBeChecked();
});

test("a conversation is muted from its head, by keyboard, and says so there and in the list", async () => {
  const { user, world } = await showApp(App, conversationOf(ANN, BOB));
  const button = await screen.findByRole("button", { name: "Mute" });
  button.focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("menuitem", { name: "For an hour" }));
  const muted = await screen.findByRole("button", { name: /^Muted until/ });
  const until = world.account(ANN).mutes.get(TALK)?.until ?? 0;
  expect(until - Date.now()).toBeGreaterThan(3_500_000);
  const list = within(screen.getByRole("region", { name: "Direct messages" }));
  expect(list.getByRole("link", { name: /Bob Birch.*Muted until/ })).toBeVisible();
  await user.click(muted);
  await user.click(await screen.findByRole("menuitem", { name: "Turn notifications on" }));
  expect(await screen.findByRole("button", { name: "Mute" })).toBeVisible();
  expect(world.account(ANN).mutes.size).toBe(0);
});

test("what a muted conversation holds is shown there, and in no total", async () => {
  const world = worldOfThree();
  world.account(ANN).mute(TALK, { until: null });
  await showApp(App, `/a/${ANN.toString()}`, world);
  act(() => {
    world.send(world.account(BOB), world.account(ANN), "1".repeat(32), "psst");
  });
  const list = within(await screen.findByRole("region", { name: "Direct messages" }));
  expect(await list.findByText("1 unread, muted")).toBeInTheDocument();
  expect(document.title).not.toMatch(/^\(/);
});

test("the service hears what somebody has before their eyes, and when nobody looks", async () => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const { service } = await showApp(App, conversationOf(ANN, BOB));
  const looked = () => service.asked.filter(({ name }) => name === "LookAt").map(({ fields }) => fields);
  await waitFor(() => {
    expect(looked()).toEqual([{ cid: ANN, conversation: TALK }]);
  });
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  window.dispatchEvent(new Event("blur"));
  expect(looked().at(-1)).toEqual({ cid: 0n, conversation: null });
  service.lose();
  service.restore();
  expect(looked()).toHaveLength(3);
});
