import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { SERVER } from "../testing/FakeWorld";
import { ANN, showApp, worldOfThree } from "../testing/renderApp";
import { serverAddressView } from "../testing/serverAddressView";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
const HOUR = 60 * 60 * 1000;

async function part() {
  return within(await screen.findByRole("region", { name: "Where the server is" }));
}

function elsewhere() {
  const world = worldOfThree();
  const away_since = Date.now() - HOUR;
  world.account(ANN).serverAddresses = [
    serverAddressView(SERVER, {
      away_since,
      reason: { code: "server_unreachable", params: {}, acts: "retry" },
    }),
    serverAddressView("mine.example.org:12349", {
      away_since,
      reason: { code: "server_identity_changed", params: {}, acts: "admin" },
    }),
    serverAddressView("chat.example.org:12349", { by_person: false, in_use: true }),
    serverAddressView("192.168.1.5:12349", { by_person: false }),
  ];
  return world;
}

test("each address says what is known of it, and whose word it is", async () => {
  await showApp(App, SETTINGS, elsewhere());
  const rows = (await part()).getAllByRole("listitem");
  expect(rows).toHaveLength(4);
  expect(rows[0]).toHaveTextContent(/Could not be reached since/);
  expect(rows[1]).toHaveTextContent(/Another server has answered there since .* It was refused\./);
  expect(rows[2]).toHaveTextContent("In use. Named by the server.");
  expect(rows[3]).toHaveTextContent("Kept for when the server moves. Named by the server.");
});

test("only what a person wrote can be removed, and not the only address", async () => {
  const { user, world } = await showApp(App, SETTINGS, elsewhere());
  expect((await part()).getAllByRole("button", { name: /^Remove/ })).toHaveLength(2);
  await user.click((await part()).getByRole("button", { name: "Remove mine.example.org:12349" }));
  await waitFor(async () => {
    expect((await part()).queryByText("mine.example.org:12349")).not.toBeInTheDocument();
  });
  expect((await part()).getByRole("list", { name: "Addresses" })).toHaveFocus();
  world.account(ANN).serverAddresses = [serverAddressView(SERVER, { in_use: true })];
  world.account(ANN).changeAccount();
  await waitFor(async () => {
    expect((await part()).queryByRole("button", { name: /^Remove/ })).not.toBeInTheDocument();
  });
});

test("an address can be added, and what is none is said beside it", async () => {
  const { user, service } = await showApp(App, SETTINGS);
  const field = (await part()).getByRole("textbox", { name: "Another address" });
  service.refuseNext("AddServerAddress", {
    code: "malformed",
    params: { what: "server_addr" },
    acts: "user",
  });
  await user.type(field, "http://chat{Enter}");
  expect(await (await part()).findByText(/That is no address of a server/)).toBeVisible();
  await user.clear(field);
  await user.type(field, "chat.example.org:443{Enter}");
  expect(await (await part()).findByText("chat.example.org:443")).toBeVisible();
  expect(field).toHaveValue("");
});

test("with eight of one's own there is no room for more, and that is said", async () => {
  const world = worldOfThree();
  world.account(ANN).serverAddresses = Array.from({ length: 8 }, (_, number) =>
    serverAddressView(`h${number.toString()}.example.org:12349`),
  );
  await showApp(App, SETTINGS, world);
  expect((await part()).queryByRole("textbox")).not.toBeInTheDocument();
  expect((await part()).getByText(/Eight addresses are kept/)).toBeVisible();
});
