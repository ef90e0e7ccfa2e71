import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";

import { Menu, MenuItem } from "./Menu";

function shown() {
  const onSelect = vi.fn();
  render(
    <Menu trigger={<button type="button">More</button>}>
      <MenuItem onSelect={onSelect}>First</MenuItem>
      <MenuItem onSelect={onSelect}>Second</MenuItem>
    </Menu>,
  );
  return { onSelect, button: screen.getByRole("button", { name: "More" }), user: userEvent.setup() };
}

test("a key that is pressed before the code of menus is there opens the menu at its first line, and the focus comes back", async () => {
  const { onSelect, button, user } = shown();
  expect(button).toHaveAttribute("aria-haspopup", "menu");
  button.focus();
  await user.keyboard("{Enter}");
  expect(button).toHaveAttribute("aria-expanded", "true");
  const first = await screen.findByRole("menuitem", { name: "First" });
  expect(first).toHaveFocus();
  expect(screen.getByRole("menu", { name: "More" })).toHaveAttribute(
    "id",
    button.getAttribute("aria-controls"),
  );
  await user.keyboard("{ArrowDown}{Enter}");
  expect(onSelect).toHaveBeenCalledOnce();
  expect(screen.queryByRole("menu")).not.toBeInTheDocument();
  await waitFor(() => {
    expect(button).toHaveFocus();
  });
  expect(screen.getByRole("button", { name: "More" })).toBe(button);
});

test("a second press closes it, and so does Esc", async () => {
  const { button, user } = shown();
  await user.click(button);
  expect(await screen.findByRole("menu")).toBeVisible();
  await user.click(button);
  expect(screen.queryByRole("menu")).not.toBeInTheDocument();
  await user.click(button);
  expect(screen.getByRole("menu")).toBeVisible();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("menu")).not.toBeInTheDocument();
  expect(button).toHaveAttribute("aria-expanded", "false");
});
