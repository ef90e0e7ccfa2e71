import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { shareProfile } from "../testing/fakeProfiles";
import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
const PEOPLE = `/a/${ANN.toString()}/people`;

test("a picture takes the place of initials wherever somebody is drawn, until it is taken back", async () => {
  const world = worldOfThree();
  await showApp(App, conversationOf(ANN, BOB), world);
  await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  expect(document.querySelector("img")).toBeNull();
  shareProfile(world, world.account(BOB), { picture: "QkJC" });
  await waitFor(() => {
    expect(document.querySelectorAll('img[src="data:image/jpeg;base64,QkJC"]').length).toBeGreaterThan(1);
  });
  shareProfile(world, world.account(BOB), { picture: "" });
  await waitFor(() => {
    expect(document.querySelector("img")).toBeNull();
  });
});

test("a status stands beside the presence, and not after its end", async () => {
  const world = worldOfThree();
  await showApp(App, conversationOf(ANN, BOB), world);
  await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  shareProfile(world, world.account(BOB), {
    status: { text: "In the garden", set_at: Date.now(), until: null },
  });
  expect(await screen.findByText("In the garden")).toBeVisible();
  shareProfile(world, world.account(BOB), {
    status: { text: "In a meeting", set_at: Date.now() - 9_000_000, until: Date.now() - 3_600_000 },
  });
  await waitFor(() => {
    expect(screen.queryByText(/In the garden|In a meeting/)).not.toBeInTheDocument();
  });
});

test("one's own status is set for a while, and cleared", async () => {
  const { world, user } = await showApp(App, SETTINGS);
  const field = await screen.findByRole("textbox", { name: "Status" });
  await user.type(field, "Away");
  await user.selectOptions(screen.getByRole("combobox", { name: "For how long" }), "For an hour");
  await user.click(screen.getByRole("button", { name: "Set status" }));
  await waitFor(() => {
    expect(world.account(ANN).status?.text).toBe("Away");
  });
  expect(world.account(ANN).status?.until).toBeGreaterThan(Date.now());
  expect(await screen.findByText(/see it, until /)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => {
    expect(world.account(ANN).status).toBeNull();
  });
});

test("a status that is too long says by how much", async () => {
  const { user } = await showApp(App, SETTINGS);
  await user.click(await screen.findByRole("textbox", { name: "Status" }));
  await user.paste("x".repeat(102));
  expect(screen.getByRole("alert")).toHaveTextContent("2 characters too many.");
  expect(screen.getByRole("button", { name: "Set status" })).toBeDisabled();
});

test("a nickname is what somebody is called, with what they sign beside it", async () => {
  const { user } = await showApp(App, conversationOf(ANN, BOB));
  await user.click(await screen.findByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Nickname and notes…" }));
  await user.type(screen.getByRole("textbox", { name: "Nickname" }), "Bobby the Great");
  await user.type(screen.getByRole("textbox", { name: "Notes" }), "likes rain");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const details = within(await screen.findByRole("complementary", { name: "About Bobby the Great" }));
  expect(details.getByText("Bob Birch")).toBeVisible();
  expect(details.getByText("likes rain")).toBeVisible();
  expect(screen.getByRole("textbox", { name: "Message to Bobby the Great" })).toBeVisible();
  for (const typed of ["great", "birch"]) {
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: /Go to/ }), typed);
    const places = within(screen.getByRole("listbox", { name: "Places" }));
    expect(places.getAllByRole("option")[0]).toHaveTextContent("Bobby the Great");
    await user.keyboard("{Escape}");
  }
});

test("whom one blocked and declined stands in lists of their own, each with a way back", async () => {
  const world = worldOfThree();
  world.setBlocked(world.account(ANN), world.account(BOB), true);
  world.requestContact(world.account(CARA), world.account(ANN));
  world.answerContact(world.account(ANN), world.account(CARA), false);
  const { user } = await showApp(App, PEOPLE, world);
  const blocked = within(await screen.findByRole("region", { name: "Blocked" }));
  const declined = within(screen.getByRole("region", { name: "Declined" }));
  expect(declined.getByText(/^Request declined: Today, /)).toBeVisible();
  await user.click(blocked.getByRole("button", { name: "Unblock" }));
  expect(await blocked.findByText(/^Nobody\./)).toBeVisible();
  await user.click(declined.getByRole("button", { name: "Ask them to talk" }));
  expect(await declined.findByText(/^Nobody whose/)).toBeVisible();
  expect(world.account(CARA).peers.get(ANN)?.relation).toBe("asks_you");
});
