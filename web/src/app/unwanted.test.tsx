/** What somebody left while the service was away is not done once it is back. */
import { act, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { openConversation } from "../testing/openConversation";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;

/** Long enough for all that was waiting for the service. */
async function comesBack(service: { restore: () => void }): Promise<void> {
  await act(async () => {
    service.restore();
    await new Promise((done) => setTimeout(done, 100));
  });
}

test("an account is not deleted by a question that was left", async () => {
  const { user, service, world } = await showApp(App, SETTINGS);
  await user.click(await screen.findByRole("button", { name: "Delete account…" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), "ann");
  const asked = vi.spyOn(service, "request");
  act(() => {
    service.lose();
  });
  await user.keyboard("{Enter}");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("dialog")).toBeNull();
  asked.mockClear();
  await comesBack(service);
  expect(asked.mock.calls.map(([name]) => name)).not.toContain("Deregister");
  expect(world.accounts.has(ANN)).toBe(true);
});

test("nobody is blocked after Cancel, nor by a panel that was closed", async () => {
  for (const way of ["Cancel", "Close details"]) {
    const { user, service } = await openConversation(App);
    await user.click(await screen.findByRole("button", { name: "Details" }));
    await user.click(await screen.findByRole("button", { name: "Block…" }));
    const asked = vi.spyOn(service, "request");
    act(() => {
      service.lose();
    });
    await user.click(screen.getByRole("button", { name: "Block" }));
    const panel = within(screen.getByRole("complementary", { name: /^About/u }));
    await user.click(panel.getByRole("button", { name: way }));
    await comesBack(service);
    expect(asked.mock.calls.map(([name]) => name)).not.toContain("BlockPeer");
  }
});
