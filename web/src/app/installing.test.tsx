/** Installing is offered where the browser offers it, and asked once. */
import { act, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { watchInstalling } from "../state/installing";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

watchInstalling();

function offered(): { readonly event: Event; readonly prompt: ReturnType<typeof vi.fn> } {
  const prompt = vi.fn(() => Promise.resolve());
  const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt });
  act(() => {
    window.dispatchEvent(event);
  });
  return { event, prompt };
}

test("the settings offer it once the browser does, and the browser asks the person", async () => {
  const { user } = await showApp(App, `/a/${ANN.toString()}/settings`);
  const part = within(await screen.findByRole("region", { name: "On this computer" }));
  expect(part.queryByRole("button", { name: "Install" })).toBeNull();
  const { event, prompt } = offered();
  expect(event.defaultPrevented).toBe(true);
  await user.click(part.getByRole("button", { name: "Install" }));
  expect(prompt).toHaveBeenCalledOnce();
  expect(part.queryByRole("button", { name: "Install" })).toBeNull();
});

test("what was installed elsewhere is offered no more", async () => {
  await showApp(App, `/a/${ANN.toString()}/settings`);
  const part = within(await screen.findByRole("region", { name: "On this computer" }));
  offered();
  expect(part.getByRole("button", { name: "Install" })).toBeVisible();
  act(() => {
    window.dispatchEvent(new Event("appinstalled"));
  });
  expect(part.queryByRole("button", { name: "Install" })).toBeNull();
});
