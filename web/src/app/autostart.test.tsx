import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ANN, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const NAME = "Start Casemate with this computer";
const SETTINGS = `/a/${ANN.toString()}/settings`;

test("the first screen offers to start with the computer, and takes it back", async () => {
  const { user, world } = await showApp(App, "/");
  const offer = await screen.findByRole("switch", { name: NAME });
  expect(offer).not.toBeChecked();
  expect(offer).toHaveAccessibleDescription(/in the background/i);
  offer.focus();
  await user.keyboard(" ");
  await waitFor(() => {
    expect(offer).toBeChecked();
  });
  expect(offer).toHaveFocus();
  expect(offer).toHaveAccessibleDescription("It starts when you log in, in the background.");
  expect(world.autostart.state).toBe("on");
  await user.click(offer);
  await waitFor(() => {
    expect(offer).not.toBeChecked();
  });
  expect(world.autostart.state).toBe("off");
});

test("whoever fetched it for one run reads on the first screen how to keep it", async () => {
  const world = worldOfThree();
  const reason = { code: "autostart_fetched", params: {}, acts: "user" } as const;
  world.autostart = { state: "unavailable", reason, before_login: false };
  await showApp(App, "/", world);
  expect(
    await screen.findByText(
      /fetched for one run only, so it cannot start with this computer\. To keep it, install it/,
    ),
  ).toBeVisible();
  expect(screen.queryByRole("switch", { name: NAME })).not.toBeInTheDocument();
});

test.each([
  { state: "on", reason: null, before_login: false } as const,
  {
    state: "unavailable",
    reason: { code: "autostart_nothing", params: {}, acts: "user" },
    before_login: false,
  } as const,
])("nothing is offered where it is $state", async (autostart) => {
  const world = worldOfThree();
  world.autostart = autostart;
  const { service } = await showApp(App, "/", world);
  await service.request("GetAutostart", {});
  expect(await screen.findByRole("button", { name: "Create account" })).toBeVisible();
  expect(screen.queryByRole("switch")).not.toBeInTheDocument();
});

test("a file that somebody else wrote is named, and nothing is said to be on", async () => {
  const { user, service } = await showApp(App, "/");
  const file = "/home/ann/.config/systemd/user/casemate.service";
  service.refuseNext("SetAutostart", { code: "autostart_not_ours", params: { file }, acts: "user" });
  await user.click(await screen.findByRole("switch", { name: NAME }));
  expect(await screen.findByRole("alert")).toHaveTextContent(`${file} is not as Casemate wrote it`);
  expect(screen.getByRole("switch", { name: NAME })).not.toBeChecked();
});

test("settings say what the computer says now, each time they are opened", async () => {
  const world = worldOfThree();
  world.autostart = { state: "on", reason: null, before_login: true };
  await showApp(App, SETTINGS, world);
  const part = within(await screen.findByRole("region", { name: "On this computer" }));
  await waitFor(() => {
    expect(part.getByRole("switch", { name: NAME })).toBeChecked();
  });
  expect(part.getByText(/before anybody logs in/)).toBeVisible();
  cleanup();
  const reason = { code: "autostart_gone", params: { command: "/old/casemate up" }, acts: "user" } as const;
  world.autostart = { state: "off", reason, before_login: false };
  await showApp(App, SETTINGS, world);
  expect(await screen.findByText(/no longer there: \/old\/casemate up/)).toBeVisible();
  expect(screen.getByRole("switch", { name: NAME })).not.toBeChecked();
});

test("settings say why it cannot be had", async () => {
  const world = worldOfThree();
  const reason = { code: "autostart_platform", params: {}, acts: "user" } as const;
  world.autostart = { state: "unavailable", reason, before_login: false };
  await showApp(App, SETTINGS, world);
  expect(await screen.findByText(/not supported on this system/)).toBeVisible();
  expect(screen.getByRole("switch", { name: NAME })).toBeDisabled();
});
