/** The looks of this browser: chosen once, at once, the same in all its tabs. */
import { act, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { applyLooks, storedLooks } from "../state/chosenLooks";
import { chooseLook, looks, watchLooks } from "../state/looks";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
const html = document.documentElement;

function reset(): void {
  localStorage.clear();
  window.dispatchEvent(new StorageEvent("storage", { key: null }));
}

watchLooks();
beforeEach(reset);
afterEach(reset);

test("density, size of letters and motion are chosen, and what is as ever leaves nothing behind", async () => {
  const { user } = await showApp(App, SETTINGS);
  const part = within(await screen.findByRole("region", { name: "Appearance" }));
  for (const [group, choice] of [
    ["Density", "Compact"],
    ["Size of letters", "125 %"],
    ["Motion", "Reduced"],
  ] as const)
    await user.click(within(part.getByRole("group", { name: group })).getByRole("radio", { name: choice }));
  expect([html.dataset.density, html.style.fontSize, html.dataset.motion]).toEqual([
    "compact",
    "125%",
    "reduced",
  ]);
  expect(storedLooks()).toEqual({ theme: "system", density: "compact", text: "125", motion: "reduced" });
  await user.click(part.getByRole("radio", { name: "Comfortable" }));
  await user.click(part.getByRole("radio", { name: "100 %" }));
  await user.click(part.getByRole("radio", { name: "As the system" }));
  for (const name of ["density", "text", "motion"])
    expect(localStorage.getItem(`casemate.${name}`)).toBeNull();
  expect([html.dataset.density, html.style.fontSize, html.dataset.motion]).toEqual([
    "comfortable",
    "",
    "full",
  ]);
});

test("another tab looks the same at once", () => {
  localStorage.setItem("casemate.text", "150");
  act(() => {
    window.dispatchEvent(new StorageEvent("storage", { key: "casemate.text", newValue: "150" }));
  });
  expect(looks.get().text).toBe("150");
  expect(html.style.fontSize).toBe("150%");
});

test("what is stored and is no choice counts for none", () => {
  localStorage.setItem("casemate.text", "9000");
  localStorage.setItem("casemate.density", "<b>");
  expect(storedLooks()).toMatchObject({ text: "100", density: "comfortable" });
});

test("whoever wants no motion of the system gets none, whatever is chosen here", () => {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (query) =>
      ({ matches: query.includes("reduced-motion"), addEventListener: vi.fn() }) as unknown as MediaQueryList,
  );
  applyLooks(storedLooks());
  expect(html.dataset.motion).toBe("reduced");
  vi.restoreAllMocks();
});

test("without storage a choice holds for the tab", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("no storage here");
  });
  chooseLook("density", "compact");
  expect(html.dataset.density).toBe("compact");
  vi.restoreAllMocks();
});

test("the list of parts leads to each by keyboard, and a reader hears where it is", async () => {
  const { user } = await showApp(App, SETTINGS);
  const scrolled = vi.fn();
  Element.prototype.scrollIntoView = scrolled;
  const list = within(await screen.findByRole("navigation", { name: "Parts of the settings" }));
  list.getByRole("button", { name: "Privacy" }).focus();
  await user.keyboard("{Enter}");
  expect(scrolled).toHaveBeenCalledOnce();
  expect(screen.getByRole("heading", { name: "Privacy" })).toHaveFocus();
});
