/** Requests to talk: taken back by whoever asked, and never so many that nothing else is seen. */
import { act, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { ANN, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

/** Ann is asked by so many strangers. */
function worldOfMany(strangers: number) {
  const world = worldOfThree();
  for (let number = 0; number < strangers; number++) {
    const stranger = world.person(
      1_000n + BigInt(number),
      `stranger${number.toString()}`,
      `Stranger ${number.toString()}`,
    );
    world.requestContact(stranger, world.account(ANN));
  }
  return world;
}

test("whoever asked can take the request back, and ask again", async () => {
  const world = worldOfThree();
  world.requestContact(world.account(ANN), world.account(CARA));
  const { user } = await showApp(App, conversationOf(ANN, CARA), world);
  expect(await screen.findByText(/Registration Sent. You can write/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Withdraw request" }));
  expect(await screen.findByRole("button", { name: "Connect" })).toBeVisible();
  expect(world.account(CARA).peers.get(ANN)?.relation).toBe("none");
});

test("what somebody wrote with a request stands there as theirs, and as nothing but text", async () => {
  const world = worldOfThree();
  world.requestContact(
    world.account(CARA),
    world.account(ANN),
    "**Hi** https://casemate.example <b>Cara</b>",
  );
  await showApp(App, conversationOf(ANN, CARA), world);
  const card = await screen.findByRole("listitem", { name: "Request from Cara Cedar" });
  expect(card).toHaveTextContent("They wrote:“**Hi** https://casemate.example <b>Cara</b>”");
  expect(within(card).getByRole("blockquote")).toBeVisible();
  expect(within(card).queryByRole("link")).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Block" })).toBeVisible();
});

test("what one wrote oneself stands beside Registration Sent", async () => {
  const world = worldOfThree();
  world.requestContact(world.account(ANN), world.account(CARA), "Ann from sales");
  await showApp(App, conversationOf(ANN, CARA), world);
  expect(await screen.findByText(/Registration Sent. You can write/)).toBeVisible();
  expect(screen.getByText("You wrote:").closest("figure")).toHaveTextContent("“Ann from sales”");
});

test("a request that was answered meanwhile is not taken back, and the gate says so", async () => {
  const world = worldOfThree();
  world.requestContact(world.account(ANN), world.account(CARA));
  const { user, service } = await showApp(App, conversationOf(ANN, CARA), world);
  service.refuseNext("WithdrawRegistration", { code: "not_asked", params: {}, acts: "user" });
  await user.click(await screen.findByRole("button", { name: "Withdraw request" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no request of Cara Cedar any more.");
});

test("a few requests are cards, which stay when more come", async () => {
  const { world } = await showApp(App, `/a/${ANN.toString()}`, worldOfMany(3));
  expect(await screen.findAllByRole("listitem", { name: /^Request from/ })).toHaveLength(3);
  expect(screen.queryByRole("button", { name: /\d requests/ })).not.toBeInTheDocument();
  act(() => {
    world.requestContact(world.person(9n, "late", "Late"), world.account(ANN));
  });
  expect(screen.getAllByRole("listitem", { name: /^Request from/ })).toHaveLength(3);
  expect(screen.getByRole("button", { name: "1 more" })).toBeVisible();
});

test("many requests are one line until they are asked for", async () => {
  const { user } = await showApp(App, `/a/${ANN.toString()}`, worldOfMany(27));
  expect(await screen.findByRole("button", { name: "27 requests" })).toBeVisible();
  expect(screen.queryByRole("listitem", { name: /^Request from/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "27 requests" }));
  expect(screen.getAllByRole("listitem", { name: /^Request from/ })).toHaveLength(20);
  await user.click(screen.getByRole("button", { name: "7 more" }));
  expect(screen.getAllByRole("listitem", { name: /^Request from/ })).toHaveLength(27);
});

test.each([
  ["not over their own conversation", conversationOf(ANN, CARA), false],
  ["wherever else one is", `/a/${ANN.toString()}`, true],
])("that they accepted is shown %s", async (_, at, there) => {
  const world = worldOfThree();
  const [ann, cara] = [world.account(ANN), world.account(CARA)];
  world.requestContact(ann, cara);
  await showApp(App, at, world);
  await screen.findByRole("navigation", { name: "People and conversations" });
  act(() => {
    world.agree(ann, cara);
  });
  const said = await screen.findByText("Cara Cedar accepted. You can talk now.", { selector: ".sr-only" });
  expect(said).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Open" }) !== null).toBe(there);
});
