import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { axe } from "vitest-axe";

import { EmojiPicker } from "./EmojiPicker";

async function picker() {
  const onPick = vi.fn();
  const onClose = vi.fn();
  const { unmount } = render(
    <main>
      <EmojiPicker onPick={onPick} onClose={onClose} />
    </main>,
  );
  await screen.findByRole("gridcell", { name: "grinning face" });
  return {
    onPick,
    onClose,
    unmount,
    user: userEvent.setup({ delay: null }),
    box: screen.getByRole("combobox"),
  };
}

test("an emoji is found by its name and picked with the keyboard alone", async () => {
  const { user, onPick, box } = await picker();
  expect(box).toHaveFocus();
  await user.keyboard("party po");
  const found = screen.getByRole("gridcell", { name: "party popper" });
  expect(found).toHaveAttribute("aria-selected", "true");
  expect(box).toHaveAttribute("aria-activedescendant", found.id);
  await user.keyboard("{Enter}");
  expect(onPick).toHaveBeenCalledWith("🎉");
});

test("arrows go through the rows, and through the kinds", async () => {
  const { user, box } = await picker();
  const chosen = () => within(screen.getByRole("grid")).getByRole("gridcell", { selected: true });
  await user.keyboard("{ArrowDown}{ArrowRight}{ArrowRight}{ArrowDown}{ArrowLeft}");
  const cells = screen.getAllByRole("gridcell");
  expect(chosen()).toBe(cells[9]);
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(chosen()).toBe(cells[1]);
  // In words, they move the caret.
  await user.type(box, "heart{ArrowLeft}x");
  expect(box).toHaveValue("hearxt");
});

test("what was picked is offered first the next time, with its tone", async () => {
  const first = await picker();
  await first.user.click(screen.getByRole("radio", { name: "Dark" }));
  await first.user.click(screen.getByRole("gridcell", { name: "thumbs up" }));
  expect(first.onPick).toHaveBeenCalledWith("👍🏿");
  first.unmount();
  await picker();
  const recent = screen.getByRole("rowgroup", { name: "Recently used" });
  expect(
    within(recent)
      .getAllByRole("gridcell")
      .map(({ textContent }) => textContent),
  ).toEqual(["👍🏿"]);
  expect(screen.getByRole("radio", { name: "Dark" })).toBeChecked();
});

test("what this browser keeps of it may be anything", async () => {
  localStorage.setItem("casemate.emojis", '{"recent":[1,"nonsense","🎉"],"tone":99}');
  await picker();
  expect(screen.getByRole("radio", { name: "No skin tone" })).toBeChecked();
  expect(
    within(screen.getByRole("rowgroup", { name: "Recently used" })).getAllByRole("gridcell"),
  ).toHaveLength(1);
});

test("Esc closes it, and a name that nothing has is said", async () => {
  const { user, onClose } = await picker();
  await user.keyboard("xyzzy");
  expect(screen.getByText("No emoji is called that.")).toBeVisible();
  await user.keyboard("{Escape}");
  expect(onClose).toHaveBeenCalled();
});

test("assistive programs can use it", async () => {
  await picker();
  const { violations } = await axe(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ""}`)).toEqual([]);
});
