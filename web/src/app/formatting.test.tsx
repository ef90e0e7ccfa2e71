import { act, screen, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { axe } from "vitest-axe";

import { loadFormatted } from "../features/conversation/markdown/formatting";
import { openConversation } from "../testing/openConversation";
import { worldOfThree } from "../testing/renderApp";
import { App } from "./App";

beforeEach(loadFormatted);

/** Bob says it, and Ann's page shows it. */
async function read(text: string) {
  const world = worldOfThree();
  const shown = await openConversation(App, world);
  act(() => {
    world.send(shown.bob, shown.ann, "a".repeat(32), text);
  });
  const row = document.querySelector<HTMLElement>(`[data-message="${"a".repeat(32)}"]`);
  if (row === null) throw new Error("not shown");
  return { ...shown, row };
}

test("what is formatted is drawn so", async () => {
  const { row } = await read("**bold** _slanted_ ~~gone~~ `code`\n\n- one\n- two\n\n> quoted\n\n# Title");
  expect(within(row).getByText("bold").tagName).toBe("STRONG");
  expect(within(row).getByText("slanted").tagName).toBe("EM");
  expect(within(row).getByText("gone").tagName).toBe("S");
  expect(within(row).getByText("code").tagName).toBe("CODE");
  expect(within(row).getAllByRole("listitem")).toHaveLength(2);
  expect(within(row).getByText("quoted").closest("blockquote")).not.toBeNull();
  expect(within(row).getByRole("heading", { name: "Title" })).toBeVisible();
});

test("HTML is words, and nothing is fetched because somebody wrote", async () => {
  const { row } = await read("<img src=x onerror=alert(1)> **a** ![cat](https://example.org/c.png) <b>b</b>");
  expect(row).toHaveTextContent("<img src=x onerror=alert(1)>");
  expect(row.querySelectorAll("img, iframe, script, b, style, [style]")).toHaveLength(0);
  expect(within(row).getByRole("link", { name: "cat (example.org)" })).toHaveAttribute(
    "href",
    "https://example.org/c.png",
  );
});

test("a link says where it leads, also when its words name another place or turn around", async () => {
  const { row } = await read(
    "[https://bank.example](https://evil.example/) and [\u202egro.elpmaxe](https://evil.example)",
  );
  for (const link of within(row).getAllByRole("link")) {
    expect(link).toHaveTextContent("(evil.example)");
    // Whatever direction the words have ends with them.
    expect(link.querySelectorAll("bdi")).toHaveLength(2);
    expect(link).toHaveAttribute("rel", "noopener noreferrer");
  }
});

test("addresses are found between what is formatted", async () => {
  const { row } = await read("**see** https://example.org/a_b_c and `https://not.example`");
  expect(
    within(row)
      .getAllByRole("link")
      .map((link) => link.getAttribute("href")),
  ).toEqual(["https://example.org/a_b_c"]);
});

test("code is copied as it was written, and says so when it turns around", async () => {
  const { row, user } = await read("```js\nlet a = 1; // \u202e x\n```");
  await user.click(within(row).getByRole("button", { name: "Copy code" }));
  expect(await within(row).findByText("Copied")).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe("let a = 1; // \u202e x");
  expect(row).toHaveTextContent("change the order in which it is read");
});

test("code in a known language has colours, which are classes of ours", async () => {
  const { row } = await read("```python\ndef f(): return 1\n```\n\n```klingon\ndef\n```");
  expect(await within(row).findByText("def", { selector: ".hljs-keyword" })).toBeVisible();
  expect(row.querySelectorAll(".hljs-keyword").length).toBe(2);
});

test("who is mentioned stands out, and oneself most; addresses and strangers do not", async () => {
  const { row } = await read("hi @ann, ask @bob or @nobody, not x@ann.example: **@ANN!**");
  const mentions = [...row.querySelectorAll<HTMLElement>("bdi[title]")].map(({ title, textContent }) => [
    title,
    textContent,
  ]);
  expect(mentions).toEqual([
    ["You", "@ann"],
    ["Bob Birch", "@bob"],
    ["You", "@ANN"],
  ]);
});

test("a few emojis alone are large", async () => {
  const { row } = await read("🎉 👍🏽");
  expect(row.querySelector(".font-emoji")).toHaveTextContent("🎉 👍🏽");
});

test("lists glance at a message without its marks", async () => {
  await read("**Lunch** at `noon`?");
  expect(screen.getAllByText(/Lunch at noon\?/)[0]).toBeVisible();
});

test("a text on its way looks as it will", async () => {
  const { user, box, service } = await read("x");
  act(() => {
    service.lose(Date.now(), Date.now() + 60_000);
  });
  await user.type(box, "**soon**{Enter}");
  const row = document.querySelector<HTMLElement>("[data-pending]");
  expect(row?.querySelector("strong")).toHaveTextContent("soon");
});

test("assistive programs can read it", async () => {
  await read(
    "# A\n\n- [x] done\n- [ ] open\n\n1. one\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\n```js\nlet a\n```\n\n[x](https://example.org) @ann 🎉",
  );
  const { violations } = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ""}`)).toEqual([]);
});
