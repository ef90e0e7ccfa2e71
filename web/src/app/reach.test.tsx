import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { ReachView } from "../api/generated";
import { ONLY_HERE } from "../testing/FakeWorld";
import { ANN, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;

async function part() {
  return within(await screen.findByRole("region", { name: "Who can come" }));
}

function onlyHere() {
  const world = worldOfThree();
  world.reach = ONLY_HERE;
  return world;
}

function onNetwork(...addresses: ReachView["addresses"]) {
  const world = worldOfThree();
  world.reach = { ...world.reachOnNetwork, addresses };
  return world;
}

test("a server for this computer alone says so, and comes to the network and back", async () => {
  const { user, world } = await showApp(App, SETTINGS, onlyHere());
  expect((await part()).getByText("Only this computer can reach this server.")).toBeVisible();
  await user.click((await part()).getByRole("button", { name: "Listen on the network" }));
  expect(await (await part()).findByText("192.168.1.5:12349")).toBeVisible();
  expect(world.reach.reach).toBe("network");
  expect((await part()).getByText(/^New accounts need an invitation/)).toBeVisible();
  expect((await part()).getByText(/TCP 12349, TCP 12350, UDP 12350, and UDP 12351/)).toBeVisible();
  await user.click((await part()).getByRole("button", { name: "Only this computer" }));
  expect(await (await part()).findByRole("button", { name: "Listen on the network" })).toBeVisible();
});

test.each<[string, ReachView["addresses"][number]["who"][]]>([
  ["Everywhere: people can come from any network", ["network", "everywhere"]],
  ["This network: people can come who are in the same network", ["unknown", "network"]],
  ["Not known: the server did not answer at any of these addresses", ["unknown"]],
  ["This computer is in no network right now", []],
])("%s", async (words, reached) => {
  const addresses = reached.map((who, number) => ({ address: `10.0.0.${number.toString()}:12349`, who }));
  await showApp(App, SETTINGS, onNetwork(...addresses));
  expect((await part()).getByText(words, { exact: false })).toBeVisible();
  expect((await part()).queryAllByRole("listitem")).toHaveLength(addresses.length);
});

test.each<[ReachView["registration"], boolean, RegExp, RegExp]>([
  ["invite", true, /New accounts need an invitation then/, /an invitation, except on this computer:/],
  ["invite", false, /New accounts need an invitation then/, /an invitation, on this computer as well:/],
  ["open", false, /Anybody who can reach it can make an account then/, /^Anybody who can reach it/],
  ["closed", false, /Nobody can make an account, then as now/, /^Nobody can make an account/],
])("who may join is said before and after: %s, here too: %s", async (registration, here, before, after) => {
  const world = onlyHere();
  const door = { registration, open_to_this_computer: here };
  world.reach = { ...ONLY_HERE, ...door };
  world.reachOnNetwork = { ...world.reachOnNetwork, ...door };
  const { user } = await showApp(App, SETTINGS, world);
  expect((await part()).getByText(before)).toBeVisible();
  await user.click((await part()).getByRole("button", { name: "Listen on the network" }));
  expect(await (await part()).findByText(after)).toBeVisible();
});

test("where anybody may make an account, that is said", async () => {
  const world = worldOfThree();
  world.reach = { ...world.reachOnNetwork, registration: "open" };
  await showApp(App, SETTINGS, world);
  expect((await part()).getByText(/^Anybody who can reach it can make an account/)).toBeVisible();
});

test("what could not be done is said, and all is as before", async () => {
  const world = onlyHere();
  world.reachOnNetwork = { ...ONLY_HERE, failed: true };
  const { user, service } = await showApp(App, SETTINGS, world);
  await user.click((await part()).getByRole("button", { name: "Listen on the network" }));
  expect(await (await part()).findByRole("alert")).toHaveTextContent("All is as before");
  service.refuseNext("SetReach", { code: "internal", params: {}, acts: "retry" });
  await user.click((await part()).getByRole("button", { name: "Listen on the network" }));
  await waitFor(async () => {
    expect((await part()).getByRole("alert")).toHaveTextContent("Something went wrong");
  });
});

test("where the server runs elsewhere nobody is asked", async () => {
  const world = worldOfThree();
  world.reach = { ...ONLY_HERE, reach: null };
  await showApp(App, SETTINGS, world);
  await screen.findByRole("region", { name: "Where the server is" });
  await waitFor(() => {
    expect(screen.queryByRole("status", { name: "Looking who can come here" })).not.toBeInTheDocument();
  });
  expect(screen.queryByRole("region", { name: "Who can come" })).not.toBeInTheDocument();
});
