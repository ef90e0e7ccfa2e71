/** The ways to a message: its address, and a jump inside the conversation. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { Sessions } from "../state/sessions";
import { conversationId } from "../testing/conversationId";
import { ANN, BOB, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const TALK = conversationId(ANN, BOB);
const id = (number: number) => number.toString(16).padStart(32, "0");

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

function longTalk() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 300; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  world.readAll(ann, bob, 100_000);
  return world;
}

const row = (number: number) =>
  screen.getByText(`line ${number.toString()}`, { selector: "p" }).closest("[data-message]");

test("the address of a message opens its conversation there, once", async () => {
  const { service } = await showApp(App, `${conversationOf(ANN, BOB)}/${id(40)}`, longTalk());
  await waitFor(() => {
    expect(row(40)).toHaveFocus();
  });
  expect(row(40)).toHaveAttribute("data-found");
  const around = service.asked.filter(({ fields }) => (fields as { around_message?: string }).around_message);
  expect(around).toHaveLength(1);
  expect(location.pathname).toBe(conversationOf(ANN, BOB));
});

test("a jump to what is loaded asks for nothing", async () => {
  const of = vi.spyOn(Sessions.prototype, "of");
  const { service } = await showApp(App, conversationOf(ANN, BOB), longTalk());
  await screen.findByText("line 299", { selector: "p" });
  await screen.findByText("line 250", { selector: "p" });
  const asked = service.asked.filter(({ name }) => name === "GetTimeline").length;
  const session = of.mock.results[0]?.value as ReturnType<Sessions["of"]>;
  await act(() => session.pages.jump(TALK, id(290)));
  await waitFor(() => {
    expect(row(290)).toHaveFocus();
  });
  expect(service.asked.filter(({ name }) => name === "GetTimeline")).toHaveLength(asked);
});

test("what cannot be found is said, and where nobody answered it can be looked for again", async () => {
  const { service, user } = await showApp(App, `${conversationOf(ANN, BOB)}/${id(9999)}`, longTalk());
  const notice = await screen.findByRole("alert");
  expect(notice).toHaveTextContent("That message is not on this computer.");
  await user.click(within(notice).getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("alert")).toBeNull();
  expect(await screen.findByText("line 299", { selector: "p" })).toBeVisible();

  service.refuseNext("GetTimeline", { code: "timed_out", params: {}, acts: "retry" });
  act(() => {
    window.history.pushState(null, "", `${conversationOf(ANN, BOB)}/${id(9998)}`);
    window.dispatchEvent(new PopStateEvent("popstate"));
  });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("That message is not on this computer.")).toBeVisible();
});
