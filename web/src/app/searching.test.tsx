import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { axe } from "vitest-axe";

import { openConversation } from "../testing/openConversation";
import { ANN, BOB, CARA, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const field = () => screen.getByRole("searchbox", { name: "Words to look for" });
const results = async () =>
  within(await screen.findByRole("list", { name: "Found messages" })).getAllByRole("button");

async function open() {
  const world = worldOfThree();
  const [ann, bob, cara] = [world.account(ANN), world.account(BOB), world.account(CARA)];
  world.agree(ann, cara);
  world.send(ann, bob, "00000000000000000000000000000001", "the casemate is <b>quiet</b>");
  world.send(
    bob,
    ann,
    "00000000000000000000000000000002",
    "Casemates are strong, see https://casemate.example",
  );
  world.send(cara, ann, "00000000000000000000000000000003", "smart casemates");
  const shown = await openConversation(App, world);
  return { ...shown, world };
}

async function problems(): Promise<string[]> {
  const found = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

test("Ctrl F looks in the conversation, and a result leads to its message", async () => {
  const { user, messages } = await open();
  await user.keyboard("{Control>}f{/Control}");
  await waitFor(() => {
    expect(field()).toHaveFocus();
  });
  expect(screen.getByText("Find what was said")).toBeVisible();
  await user.keyboard("CASEM");
  const found = await results();
  expect(found.map((result) => result.textContent)).toEqual([
    expect.stringContaining("Bob Birch"),
    expect.stringContaining("the casemate is <b>quiet</b>"),
  ]);
  expect([...document.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["Casem", "casem"]);
  expect(screen.getByText("2 messages found")).toBeInTheDocument();
  expect(await problems()).toEqual([]);
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowUp}{ArrowDown}{Enter}");
  await waitFor(() => {
    expect(
      within(messages())
        .getByText(/the casemate is/u)
        .closest("[data-message]"),
    ).toHaveFocus();
  });
  expect(field()).toBeVisible();
  field().focus();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("searchbox")).toBeNull();
});

test("everywhere, and with filters that can be typed, put in and taken away", async () => {
  const { user } = await open();
  await user.click(screen.getByRole("button", { name: "Search in this conversation" }));
  await user.click(await screen.findByRole("button", { name: "Everywhere" }));
  await user.type(field(), "casemates");
  await waitFor(async () => {
    expect(await results()).toHaveLength(2);
  });
  await user.click(screen.getByRole("button", { name: "From" }));
  await user.click(await screen.findByRole("menuitem", { name: "Cara Cedar" }));
  await waitFor(async () => {
    expect(await results()).toHaveLength(1);
  });
  expect(field()).toHaveValue("casemates from:cara");
  await user.click(screen.getByRole("button", { name: "From Cara Cedar: take this filter away" }));
  await user.click(screen.getByRole("button", { name: "With a link" }));
  await waitFor(async () => {
    expect((await results()).map((result) => result.textContent)).toEqual([
      expect.stringContaining("https://casemate.example"),
    ]);
  });
  await user.clear(field());
  await user.type(field(), "from:nobody casemates");
  expect(await screen.findByText("Nobody here is called that")).toBeVisible();
});

test("what is not here is looked for elsewhere, and a failure can be tried again", async () => {
  const { user, service } = await open();
  await user.keyboard("{Control>}f{/Control}");
  await waitFor(() => {
    expect(field()).toHaveFocus();
  });
  await user.type(field(), "smart");
  expect(await screen.findByRole("heading", { name: "Nothing found" })).toBeVisible();
  expect(await problems()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Look everywhere" }));
  expect(await results()).toHaveLength(1);
  service.refuseNext("SearchMessages", { code: "internal", params: {}, acts: "retry" });
  await user.type(field(), " c");
  expect(await screen.findByText("The search did not come to its end")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => {
    expect(screen.queryByText("The search did not come to its end")).toBeNull();
  });
  expect(await results()).toHaveLength(1);
});

test("Ctrl K goes to messages and commands as well", async () => {
  const { user, messages } = await open();
  await user.keyboard("{Control>}k{/Control}");
  const switcher = await screen.findByRole("combobox");
  await user.type(switcher, "quiet");
  const option = await screen.findByRole("option", { name: /You, .*quiet/u });
  expect(await problems()).toEqual([]);
  await user.click(option);
  await waitFor(() => {
    expect(
      within(messages())
        .getByText(/the casemate is/u)
        .closest("[data-message]"),
    ).toHaveFocus();
  });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "smart");
  await user.click(await screen.findByRole("option", { name: "Search messages for “smart”" }));
  expect(await screen.findByRole("searchbox")).toHaveValue("smart");
  expect(await results()).toHaveLength(1);
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox"), "sign out");
  expect(await screen.findByRole("option", { name: "Sign out of this account" })).toBeVisible();
});

test("a day leads to its first message", async () => {
  const { user, messages } = await open();
  await user.click(screen.getByRole("button", { name: "Search in this conversation" }));
  await user.click(await screen.findByRole("button", { name: "Go to a day" }));
  const dialog = await screen.findByRole("dialog", { name: "Go to a day" });
  expect(await problems()).toEqual([]);
  await user.click(within(dialog).getByRole("button", { name: "The beginning" }));
  await waitFor(() => {
    expect(
      within(messages())
        .getByText(/the casemate is/u)
        .closest("[data-message]"),
    ).toHaveFocus();
  });
  expect(screen.queryByRole("dialog")).toBeNull();
});
