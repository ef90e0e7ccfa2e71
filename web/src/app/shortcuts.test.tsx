/** The list of keys, and that each of them does what it says. */
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { actionsOfKey } from "../features/conversation/acting/actionsOf";
import { markOf } from "../features/conversation/composer/marks";
import type { KeyName, Pressed } from "../state/keys";
import { isPressed, keyNames, KEYS } from "../state/keys";
import { openConversation } from "../testing/openConversation";
import { ANN, showApp } from "../testing/renderApp";
import { App } from "./App";

const HOME = `/a/${ANN.toString()}`;

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

function pressOf(name: KeyName): Pressed {
  const parts: readonly string[] = KEYS[name].length === 1 ? [KEYS[name]] : KEYS[name].split("+");
  return {
    key: parts.at(-1) ?? "",
    ctrlKey: parts.includes("Mod"),
    metaKey: false,
    shiftKey: parts.includes("Shift"),
    altKey: parts.includes("Alt"),
  };
}

/** As testing-library types it. */
function typed(name: KeyName): string {
  const { key, ctrlKey, shiftKey, altKey } = pressOf(name);
  const held = [ctrlKey && "Control", shiftKey && "Shift", altKey && "Alt"].filter((each) => each !== false);
  const down = held.map((each) => `{${each}>}`).join("");
  return `${down}${key.length === 1 ? key.toLowerCase() : `{${key}}`}${held.map((each) => `{/${each}}`).join("")}`;
}

async function openList() {
  const shown = await showApp(App, HOME);
  await screen.findByText("Pick a conversation");
  await shown.user.keyboard("?");
  return { ...shown, list: within(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })) };
}

test("the list holds each key of the table, once", async () => {
  const { list } = await openList();
  const rows = list.getAllByRole("listitem");
  expect(rows).toHaveLength(Object.keys(KEYS).length);
  expect(new Set(rows.map((row) => row.textContent)).size).toBe(rows.length);
  for (const name of Object.keys(KEYS) as KeyName[]) {
    const keys = keyNames(name).join("");
    expect(rows.some((row) => row.textContent.endsWith(keys))).toBe(true);
  }
});

test("one looks for a key by what it does, and is told when none does that", async () => {
  const { list, user } = await openList();
  await user.type(list.getByRole("searchbox", { name: "Search" }), "bold");
  expect(list.getAllByRole("listitem")).toHaveLength(1);
  await user.type(list.getByRole("searchbox", { name: "Search" }), "ness");
  expect(list.getByRole("status")).toHaveTextContent("No key does that.");
});

test("a question mark is written where one writes", async () => {
  const { box, user } = await openConversation(App);
  await user.type(box, "Really?");
  expect(box).toHaveValue("Really?");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("the list is a command, and in the settings", async () => {
  const { user } = await showApp(App, `${HOME}/settings`);
  await user.click(await screen.findByRole("button", { name: "Show all" }));
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await user.keyboard(typed("close"));
  await user.keyboard(typed("switcher"));
  await user.type(await screen.findByRole("combobox", { name: /^Go to/ }), "shortcuts");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

describe("each key does what the list says", () => {
  const MARKS = ["bold", "italic", "strike", "code", "link"] as const;
  const ACTIONS = ["react", "reply", "edit", "copy", "forward", "pin", "select", "unread", "delete"] as const;

  test.each(MARKS)("%s", (name) => {
    expect(markOf(pressOf(name))).toBe(name);
  });

  test.each(ACTIONS)("%s, on a message", (name) => {
    expect(actionsOfKey(KEYS[name])).toContain(name);
  });

  test("what works everywhere", async () => {
    const { user } = await openConversation(App);
    await user.keyboard(typed("search"));
    expect(await screen.findByRole("searchbox")).toHaveFocus();
    await user.keyboard(typed("close"));
    await waitFor(() => {
      expect(screen.queryByRole("searchbox")).toBeNull();
    });
    await user.keyboard(typed("switcher"));
    expect(await screen.findByRole("combobox")).toHaveFocus();
  });

  test("what works where one writes", async () => {
    const { box, user } = await openConversation(App);
    await user.click(box);
    await user.keyboard(`one${typed("newLine")}two`);
    expect(box).toHaveValue("one\ntwo");
    await user.keyboard(typed("send"));
    await waitFor(() => {
      expect(box).toHaveValue("");
    });
    await user.keyboard(`three${typed("enter")}`);
    await waitFor(() => {
      expect(box).toHaveValue("");
    });
    await user.keyboard(typed("editLast"));
    expect(box).toHaveValue("three");
    await user.keyboard(typed("close"));
    await user.keyboard(typed("toMessages"));
    expect(document.activeElement).toHaveAttribute("data-message");
    await user.keyboard(typed("menu"));
    expect(await screen.findByRole("menu", { name: "Actions for this message" })).toBeVisible();
  });
});

test("a key with one more held down is another one", () => {
  expect(isPressed("switcher", { ...pressOf("switcher"), altKey: true })).toBe(false);
  expect(isPressed("editLast", { ...pressOf("editLast"), ctrlKey: true })).toBe(false);
  // Which keys write a sign is a matter of the keyboard.
  expect(isPressed("shortcuts", { ...pressOf("shortcuts"), shiftKey: true })).toBe(true);
});
