import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { CONNECTION_LOST } from "../state/context";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

async function dialog() {
  const shown = await showApp(App, `/a/${ANN.toString()}/settings`);
  await shown.user.click(await screen.findByRole("button", { name: "Change password…" }));
  const inside = within(await screen.findByRole("dialog", { name: "Change your password" }));
  const type = async (label: string, text: string) => {
    await shown.user.clear(inside.getByLabelText(label));
    await shown.user.paste(text);
  };
  return { ...shown, inside, type, change: inside.getByRole("button", { name: "Change password" }) };
}

test("the new password is the account's, and that is said where one was", async () => {
  const { world, user, type, change } = await dialog();
  await type("Password until now", "correct horse");
  await type("New password", "a longer one, indeed");
  await type("New password again", "a longer one, indeed");
  await user.click(change);
  expect(await screen.findByText("The new password is in force.")).toHaveRole("status");
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Change password…" })).toHaveFocus();
  expect(world.account(ANN).password).toBe("a longer one, indeed");
});

test("a wrong password is said at its field, and what was typed stays", async () => {
  const { world, user, inside, type, change } = await dialog();
  await type("Password until now", "not it");
  await type("New password", "a longer one, indeed");
  await type("New password again", "a longer one, indeed");
  await user.click(change);
  const old = inside.getByLabelText("Password until now");
  await inside.findByText("That password does not open this account.");
  expect(old).toHaveAccessibleDescription("That password does not open this account.");
  expect(old).toHaveFocus();
  expect(inside.getByLabelText("New password again")).toHaveValue("a longer one, indeed");
  await user.type(old, "!");
  expect(old).not.toHaveAccessibleDescription(/does not open/);
  expect(world.account(ANN).password).toBe("correct horse");
});

test.each([
  ["", "a longer one, indeed", "a longer one, indeed", "Password until now", /opens this account now/],
  ["correct horse", "short", "short", "New password", /Too short/],
  ["correct horse", "x".repeat(1025), "x", "New password", /longer than a password can be/],
  ["correct horse", "correct horse", "correct horse", "New password", /the password you have/],
  ["correct horse", "a longer one, indeed", "a longer one", "New password again", /not what you typed above/],
])("what cannot be is said before anybody is asked (%#)", async (old, wanted, again, label, said) => {
  const { user, service, inside, type, change } = await dialog();
  if (old !== "") await type("Password until now", old);
  await type("New password", wanted);
  await type("New password again", again);
  await user.click(change);
  expect(inside.getByLabelText(label)).toHaveFocus();
  expect(inside.getByLabelText(label)).toHaveAccessibleDescription(said);
  expect(service.asked.map(({ name }) => name)).not.toContain("ChangePassword");
});

async function pressed() {
  const shown = await dialog();
  const release = shown.service.hold("ChangePassword");
  await shown.type("Password until now", "correct horse");
  await shown.type("New password", "a longer one, indeed");
  await shown.type("New password again", "a longer one, indeed");
  await shown.user.click(shown.change);
  return { ...shown, release };
}

test("while the change is under way nothing looks as if it could be called back", async () => {
  const { world, user, inside, release } = await pressed();
  const keep = inside.getByRole("button", { name: "Keep it" });
  expect(keep).toHaveAttribute("aria-disabled", "true");
  await user.click(keep);
  await user.click(inside.getByRole("button", { name: "Close" }));
  await user.keyboard("{Escape}");
  expect(screen.getByRole("dialog")).toBeVisible();
  release();
  expect(await screen.findByText("The new password is in force.")).toBeVisible();
  expect(world.account(ANN).password).toBe("a longer one, indeed");
});

test("a lost answer leaves open which password is in force, and that is said", async () => {
  const { user, inside, service, release } = await pressed();
  service.refuseNext("ChangePassword", CONNECTION_LOST);
  release();
  expect(await inside.findByRole("alert")).toHaveTextContent(/either password may be in force now/u);
  await user.click(inside.getByRole("button", { name: "Keep it" }));
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});
