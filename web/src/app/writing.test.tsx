import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { axe } from "vitest-axe";

import { openConversation } from "../testing/openConversation";
import { showApp, ANN, conversationOf, BOB } from "../testing/renderApp";
import { App } from "./App";

async function writing() {
  const shown = await openConversation(App);
  const box = shown.box as HTMLTextAreaElement;
  const select = (start: number, end: number) => {
    box.focus();
    box.setSelectionRange(start, end);
    fireEvent(document, new Event("selectionchange"));
  };
  return { ...shown, box, select };
}

test.each([
  ["{Control>}b{/Control}", "say **hello** now"],
  ["{Control>}i{/Control}", "say _hello_ now"],
  ["{Control>}{Shift>}x{/Shift}{/Control}", "say ~~hello~~ now"],
  ["{Control>}e{/Control}", "say `hello` now"],
  ["{Control>}{Shift>}k{/Shift}{/Control}", "say [hello](https://) now"],
])("%s formats what is selected", async (keys, text) => {
  const { user, box, select } = await writing();
  await user.type(box, "say hello now");
  select(4, 9);
  await user.keyboard(keys);
  expect(box).toHaveValue(text);
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
});

test("the same keys take the mark away again, and leave the blanks beside it alone", async () => {
  const { user, box, select } = await writing();
  await user.type(box, "say hello now");
  select(3, 10);
  await user.keyboard("{Control>}b{/Control}");
  expect(box).toHaveValue("say **hello** now");
  await user.keyboard("{Control>}b{/Control}");
  expect(box).toHaveValue("say hello now");
});

test("a toolbar comes with a selection, says its keys, and goes with it", async () => {
  const { user, box, select } = await writing();
  await user.type(box, "hello");
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
  select(0, 5);
  await user.click(within(await screen.findByRole("toolbar")).getByRole("button", { name: "Struck out" }));
  expect(box).toHaveValue("~~hello~~");
  select(0, 0);
  expect(screen.queryByRole("toolbar")).not.toBeInTheDocument();
});

test("an emoji is found by its shortcode and taken with Tab or Enter, which does not send then", async () => {
  const { user, box, world } = await writing();
  await user.type(box, "well :tad");
  const offers = await screen.findByRole("listbox", { name: "Emojis" });
  const first = within(offers).getAllByRole("option")[0];
  expect(first).toHaveTextContent("party popper");
  expect(box).toHaveAttribute("aria-activedescendant", first?.id);
  await user.keyboard("{Enter}");
  expect(box).toHaveValue("well 🎉");
  expect(screen.queryByRole("listbox")).not.toBeInTheDocument();
  expect([...world.accounts.values()].flatMap(({ peers }) => [...peers.values()])).not.toHaveLength(0);
});

test.each([":)", "12:30", "a:bc", ": x", "::"])("%s is left alone", async (text) => {
  const { user, box } = await writing();
  await user.type(box, text);
  expect(screen.queryByRole("listbox")).not.toBeInTheDocument();
});

test("people of the conversation are offered after @, the other one first, and Esc leaves what was typed", async () => {
  const { user, box } = await writing();
  await user.type(box, "ask @");
  const names = within(await screen.findByRole("listbox", { name: "People" }))
    .getAllByRole("option")
    .map(({ textContent }) => textContent);
  expect(names).toEqual(["@Bob Birch@bob", "@Ann Ash@ann · you"]);
  await user.keyboard("{ArrowDown}{ArrowUp}{Tab}");
  expect(box).toHaveValue("ask @bob ");
  await user.type(box, "or @an");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).not.toBeInTheDocument();
  expect(box).toHaveValue("ask @bob or @an");
});

test("assistive programs are told of offers", async () => {
  const { user, box } = await writing();
  await user.type(box, "@");
  await screen.findByRole("listbox", { name: "People" });
  const { violations } = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ""}`)).toEqual([]);
});

test.each([
  ["- one", "- one\n- "],
  ["9. nine", "9. nine\n10. "],
  ["  * in", "  * in\n  * "],
  ["- [x] done", "- [x] done\n- [ ] "],
  ["words", "words\n"],
  ["- one\n- ", "- one\n"],
])("a new line after %j", async (text, after) => {
  const { user, box } = await writing();
  fireEvent.input(box, { target: { value: text } });
  box.setSelectionRange(text.length, text.length);
  await user.keyboard("{Shift>}{Enter}{/Shift}");
  expect(box).toHaveValue(after);
});

test("Enter begins a new line and Ctrl+Enter sends, where somebody wants it so", async () => {
  const { user } = await showApp(App, `/a/${ANN.toString()}/settings`);
  await user.click(await screen.findByRole("switch", { name: "Enter sends" }));
  await showApp(App, conversationOf(ANN, BOB));
  const box = await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  await user.type(box, "one{Enter}two");
  expect(box).toHaveValue("one\ntwo");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(box).toHaveValue("");
  await user.click(await screen.findByRole("button", { name: "Emoji" }));
});

function clipboard(html: string, text: string) {
  return { clipboardData: { getData: (type: string) => (type === "text/html" ? html : text) } };
}

test("what is pasted keeps its structure; as plain text it does not", async () => {
  const { box } = await writing();
  fireEvent.paste(
    box,
    clipboard("<p>A <b>bold</b> <a href='https://example.org'>link</a></p>", "A bold link"),
  );
  expect(box).toHaveValue("A **bold** [link](https://example.org)");
});

test("pasted with Shift, it is the plain text", async () => {
  const { box } = await writing();
  fireEvent.keyDown(box, { key: "V", ctrlKey: true, shiftKey: true });
  fireEvent.paste(box, clipboard("<b>bold</b>", "bold"));
  expect(box).toHaveValue("");
});
