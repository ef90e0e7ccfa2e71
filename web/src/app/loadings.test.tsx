/** Whatever is being loaded may fail; then the screen says so and offers a way on. */
import { act, fireEvent, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const addressOf = (cid: bigint) => `/a/${cid.toString()}`;

test("an account that was never opened here can be left while the service is away, and opens when it is back", async () => {
  const { service, user } = await showApp(App, conversationOf(ANN, BOB));
  act(() => {
    service.lose();
  });
  await user.click(
    within(screen.getByRole("navigation", { name: "Accounts" })).getByRole("button", { name: /^Bob/ }),
  );
  expect(screen.getByRole("heading", { name: "Casemate on this computer does not answer" })).toBeVisible();
  expect(screen.getByText("/opt/casemate/bin/casemate up")).toBeVisible();
  expect(screen.getByRole("button", { name: "Other accounts" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Ann Ash/ }));
  expect(screen.getByRole("navigation", { name: "People and conversations" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Bob Birch, @bob/ }));
  await user.click(screen.getByRole("button", { name: "Try now" }));
  expect(await screen.findByTitle("Find people")).toBeVisible();
});

test("messages that could not be loaded come by themselves when the service is back", async () => {
  const { service } = await showApp(App, addressOf(ANN));
  const release = service.hold("GetTimeline");
  act(() => {
    within(screen.getByRole("region", { name: "Direct messages" }))
      .getByRole("link")
      .click();
  });
  expect(await screen.findByRole("status", { name: "Loading messages" })).toBeVisible();
  await act(async () => {
    service.lose();
    release();
    await Promise.resolve();
  });
  expect(await screen.findByText("The messages could not be read")).toBeVisible();
  await act(async () => {
    service.restore();
    await Promise.resolve();
  });
  expect(await screen.findByRole("list", { name: "Messages" })).toBeVisible();
});

test("older messages that could not be loaded say so, and come when they are asked for again", async () => {
  const world = worldOfThree();
  for (let number = 0; number < 100; number++)
    world.send(
      world.account(BOB),
      world.account(ANN),
      number.toString(16).padStart(32, "0"),
      `line ${number.toString()}`,
    );
  world.readAll(world.account(ANN), world.account(BOB), 100_000);
  const { service, user } = await showApp(App, conversationOf(ANN, BOB), world);
  const messages = await screen.findByRole("list", { name: "Messages" });
  expect(await within(messages).findByText("line 99")).toBeVisible();
  const scroller = screen.getByRole("region", { name: "Conversation with Bob Birch" });
  vi.spyOn(scroller, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(scroller, "scrollHeight", "get").mockReturnValue(9000);
  service.refuseNext("GetTimeline", { code: "internal", params: {}, acts: "retry" });
  fireEvent.scroll(scroller);
  const alert = await within(messages).findByRole("alert");
  expect(alert).toHaveTextContent("Older messages could not be read");
  expect(within(messages).queryByLabelText("Loading older messages")).toBeNull();
  fireEvent.scroll(scroller);
  expect(alert).toBeVisible();
  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await within(messages).findByText("line 0")).toBeInTheDocument();
  expect(within(messages).queryByRole("alert")).toBeNull();
});
