/** What one does with messages: by pointer, by keyboard, and what comes of it. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";

import { openConversation } from "../testing/openConversation";
import { ANN, BOB, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const MINE = "0a".repeat(16);
const THEIRS = "0b".repeat(16);

beforeEach(() => {
  // Nothing has a size in jsdom; a list that draws what fits would draw nothing.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(640);
});

async function talk() {
  const world = worldOfThree();
  const [ann, bob, cara] = [
    world.account(ANN),
    world.account(BOB),
    world.person(77n, "dora", "Dora Dale", { online: true }),
  ];
  world.agree(ann, cara);
  world.send(bob, ann, THEIRS, "Tea at four?");
  world.send(ann, bob, MINE, "The green one");
  world.readAll(ann, bob, 100);
  const shown = await openConversation(App, world);
  const rowOf = (text: string) => {
    const row = within(shown.messages()).getByText(text, { selector: "p" }).closest("li");
    if (row === null) throw new Error("no row");
    return row;
  };
  const point = async (text: string) => {
    fireEvent(rowOf(text), new MouseEvent("pointerover", { bubbles: true }));
    return within(await within(rowOf(text)).findByRole("toolbar", { name: "Actions for this message" }));
  };
  const openMenu = async (text: string) => {
    fireEvent.contextMenu(rowOf(text), { clientX: 40, clientY: 40 });
    return within(await screen.findByRole("menu"));
  };
  return { ...shown, world, rowOf, point, openMenu, dora: cara };
}

test("the bar stands at the message that is pointed at, with what can be done with it", async () => {
  const { point } = await talk();
  const theirs = await point("Tea at four?");
  expect(theirs.queryByRole("button", { name: "Edit" })).toBeNull();
  const mine = await point("The green one");
  expect(mine.getByRole("button", { name: "Edit" })).toBeVisible();
  expect(screen.getAllByRole("toolbar", { name: "Actions for this message" })).toHaveLength(1);
});

test("a reaction is given and taken back with one press each", async () => {
  const { point, user, messages, bob } = await talk();
  const bar = await point("Tea at four?");
  await user.click(bar.getByRole("button", { name: "React with 👍" }));
  const chip = await within(messages()).findByRole("button", { name: /👍/, pressed: true });
  expect(bob.message([...bob.messages.keys()][0] ?? "", THEIRS)?.reactions).toHaveLength(1);
  await user.click(chip);
  await waitFor(() => {
    expect(within(messages()).queryByRole("list", { name: "Reactions" })).toBeNull();
  });
});

test("two quick reactions are both given, a ninth is not, and says so", async () => {
  const { point, user, messages, world, ann, bob } = await talk();
  const bar = await point("Tea at four?");
  await user.click(bar.getByRole("button", { name: "React with 👍" }));
  await user.click(bar.getByRole("button", { name: "React with ❤️" }));
  const list = within(await within(messages()).findByRole("list", { name: "Reactions" }));
  await waitFor(() => {
    expect(list.getAllByRole("button")).toHaveLength(2);
  });
  const conversation = [...ann.messages.keys()].find((id) => ann.message(id, THEIRS)) ?? "";
  act(() => {
    world.changes.react([ann, bob], ann, conversation, THEIRS, [
      "1️⃣",
      "2️⃣",
      "3️⃣",
      "4️⃣",
      "5️⃣",
      "6️⃣",
      "7️⃣",
      "8️⃣",
    ]);
  });
  await user.click(bar.getByRole("button", { name: "React with 👍" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("8 emojis");
});

test("a reaction that the service refuses says why", async () => {
  const { point, user, service } = await talk();
  const bar = await point("Tea at four?");
  service.refuseNext("ReactToMessage", { code: "message_gone", params: {}, acts: "user" });
  await user.click(bar.getByRole("button", { name: "React with 👍" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This message is not there any more.");
});

test("the menu answers, and the composer has the focus", async () => {
  const { openMenu, user, box } = await talk();
  const menu = await openMenu("Tea at four?");
  await user.click(menu.getByRole("menuitem", { name: "Reply" }));
  expect(await screen.findByText(/Replying to/)).toHaveTextContent("Replying to Bob Birch");
  expect(box).toHaveFocus();
});

test("by keyboard: to the messages, from one to the other, its menu, and back", async () => {
  const { user, box, rowOf } = await talk();
  await user.click(box);
  await user.keyboard("{Control>}{ArrowUp}{/Control}");
  expect(rowOf("The green one")).toHaveFocus();
  await user.keyboard("{ArrowUp}");
  expect(rowOf("Tea at four?")).toHaveFocus();
  await user.keyboard("{Enter}");
  const menu = await screen.findByRole("menu");
  await waitFor(() => {
    expect(menu.contains(document.activeElement)).toBe(true);
  });
  await user.keyboard("{Escape}");
  await waitFor(() => {
    expect(rowOf("Tea at four?")).toHaveFocus();
  });
  await user.keyboard("r");
  expect(await screen.findByText(/Replying to/)).toBeVisible();
  expect(box).toHaveFocus();
  await user.keyboard("{Control>}{ArrowUp}{/Control}{Escape}");
  expect(box).toHaveFocus();
});

test("a long press opens the menu on a touch screen, a scroll does not", async () => {
  const { rowOf } = await talk();
  const touch = (name: string, at: number) =>
    fireEvent(
      rowOf("Tea at four?"),
      Object.assign(new MouseEvent(name, { bubbles: true, clientX: at, clientY: at }), {
        pointerType: "touch",
      }),
    );
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    touch("pointerdown", 20);
    touch("pointermove", 60);
    act(() => void vi.advanceTimersByTime(1000));
    expect(screen.queryByRole("menu")).toBeNull();
    touch("pointerdown", 20);
    act(() => void vi.advanceTimersByTime(1000));
  } finally {
    vi.useRealTimers();
  }
  expect(await screen.findByRole("menu")).toBeVisible();
});

test("marked words and links keep the browser's own menu", async () => {
  const { rowOf } = await talk();
  const row = rowOf("Tea at four?");
  getSelection()?.selectAllChildren(row);
  expect(fireEvent.contextMenu(row, { clientX: 1, clientY: 1 })).toBe(true);
  getSelection()?.removeAllRanges();
  expect(screen.queryByRole("menu")).toBeNull();
});

test("deleting asks first, says what is not reached, and leaves a trace for everybody", async () => {
  const { openMenu, user, messages, bob } = await talk();
  await user.click((await openMenu("The green one")).getByRole("menuitem", { name: "Delete" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Delete this message?" }));
  expect(dialog.getByText(/Not reached:/)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Delete for everyone" }));
  expect(await within(messages()).findByText("You deleted this message")).toBeVisible();
  expect([...bob.messages.values()].flat().find(({ id }) => id === MINE)?.deleted).toBe(true);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("of others' messages only one's own copy can be deleted; what is refused is said", async () => {
  const { openMenu, user, service, messages } = await talk();
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: "Delete" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Delete this message?" }));
  expect(dialog.queryByRole("button", { name: "Delete for everyone" })).toBeNull();
  service.refuseNext("DeleteMessages", { code: "still_under_way", params: {}, acts: "user" });
  await user.click(dialog.getByRole("button", { name: "Delete for me" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("has not arrived yet");
  await user.click(dialog.getByRole("button", { name: "Delete for me" }));
  await waitFor(() => {
    expect(within(messages()).queryByText("Tea at four?")).toBeNull();
  });
});

test("what somebody wrote is unread once more from a message on, for oneself alone", async () => {
  const { openMenu, user, ann, bob } = await talk();
  await user.click(
    (await openMenu("Tea at four?")).getByRole("menuitem", { name: /Mark unread from here/u }),
  );
  expect(await screen.findAllByText("Unread from here on, for you alone.")).not.toEqual([]);
  expect(ann.unread).toBe(1);
  expect(bob.saidWith(ANN)?.[0]?.status).toBe("read");
});

test("one's own messages cannot be unread", async () => {
  const { openMenu } = await talk();
  expect((await openMenu("The green one")).queryByRole("menuitem", { name: /Mark unread/u })).toBeNull();
});

test("what an edited message said before can be read, with what was changed", async () => {
  const { world, ann, bob, messages, user } = await talk();
  const conversation = [...ann.messages.keys()].find((id) => ann.message(id, THEIRS)) ?? "";
  act(() => {
    world.changes.edit([ann, bob], conversation, THEIRS, "Tea at five?");
  });
  await user.click(await within(messages()).findByRole("button", { name: "Edited" }));
  const dialog = within(await screen.findByRole("dialog", { name: "What it said before" }));
  const versions = await dialog.findAllByRole("listitem");
  expect(versions).toHaveLength(2);
  expect(versions[0]?.querySelector("del")).toHaveTextContent("four");
  expect(versions[0]?.querySelector("ins")).toHaveTextContent("five");
  expect(versions[1]).toHaveTextContent("Tea at four?");
});

test("a history that does not come says why, and is asked for again", async () => {
  const { world, ann, bob, openMenu, service, user } = await talk();
  const conversation = [...ann.messages.keys()].find((id) => ann.message(id, THEIRS)) ?? "";
  act(() => {
    world.changes.edit([ann, bob], conversation, THEIRS, "Tea at five?");
  });
  service.refuseNext("GetMessageVersions", { code: "timed_out", params: {}, acts: "retry" });
  await user.click((await openMenu("Tea at five?")).getByRole("menuitem", { name: "What it said before" }));
  const dialog = within(await screen.findByRole("dialog", { name: "What it said before" }));
  await user.click(await dialog.findByRole("button", { name: "Try again" }));
  expect(await dialog.findAllByRole("listitem")).toHaveLength(2);
});

test("a message goes to somebody else as one's own, beside what is being written there", async () => {
  const { openMenu, user, dora } = await talk();
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: "Forward" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Forward" }));
  await user.type(dialog.getByRole("textbox", { name: "Find a person" }), "dor");
  await user.click(dialog.getByRole("button", { name: "Send to Dora Dale" }));
  expect(await dialog.findByText("On its way")).toBeVisible();
  await waitFor(() => {
    expect(dora.saidWith(ANN)?.map(({ text }) => text)).toEqual(["Tea at four?"]);
  });
});

test("text and the address of a message are copied", async () => {
  const { openMenu, user } = await talk();
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: "Copy text" }));
  expect(await navigator.clipboard.readText()).toBe("Tea at four?");
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: "Copy link" }));
  expect(await navigator.clipboard.readText()).toBe(`${location.href}/${THEIRS}`);
});

test("several are chosen with their boxes, copied with who said them, and left with Escape", async () => {
  const { openMenu, user, messages } = await talk();
  await user.click((await openMenu("Tea at four?")).getByRole("menuitem", { name: "Select several" }));
  const other = await within(messages()).findByRole("checkbox", { name: "Select: The green one" });
  expect(within(messages()).getByRole("checkbox", { name: "Select: Tea at four?" })).toBeChecked();
  await user.click(other);
  const bar = within(screen.getByRole("toolbar", { name: "Selected messages" }));
  expect(bar.getByText("2 selected")).toBeVisible();
  await user.click(bar.getByRole("button", { name: "Copy" }));
  expect(await navigator.clipboard.readText()).toMatch(
    /^Bob Birch, .*\nTea at four\?\n\nYou, .*\nThe green one$/,
  );
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("toolbar", { name: "Selected messages" })).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("the details tell how far a message got, what proves it, and what it waits for", async () => {
  const { openMenu, user, ann } = await talk();
  const conversation = [...ann.messages.keys()].find((id) => ann.message(id, MINE)) ?? "";
  const sent = ann.message(conversation, MINE);
  act(() => {
    if (sent)
      ann.putMessage({
        ...sent,
        status: "sent",
        reason: { code: "peer_offline", params: {}, acts: "retry" },
      });
  });
  await user.click((await openMenu("The green one")).getByRole("menuitem", { name: "Details" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Details of this message" }));
  const steps = dialog.getAllByRole("listitem").map((step) => step.textContent);
  expect(steps[1]).toContain("The server confirmed that it has it, sealed");
  expect(steps[2]).toMatch(/not yet.*Bob Birch/);
  expect(steps[3]).toBe("Read, not yet");
});
