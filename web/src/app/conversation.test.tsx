import { act, createEvent, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import type { Reason } from "../api/generated";
import { ANN, BOB, CARA, conversationOf, showApp, worldOfThree } from "../testing/renderApp";
import { AccountSession } from "../state/AccountSession";
import { thisBrowser } from "../state/browser";
import { FakeInternalService } from "../testing/FakeInternalService";
import { App } from "./App";

const WITH_BOB = conversationOf(ANN, BOB);
const id = (number: number) => number.toString(16).padStart(32, "0");

async function openConversation(world = worldOfThree()) {
  const shown = await showApp(App, WITH_BOB, world);
  const box = await screen.findByRole("textbox", { name: "Message to Bob Birch" });
  await screen.findByRole("list", { name: "Messages" });
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  return { ...shown, box, ann, bob, messages: () => screen.getByRole("list", { name: "Messages" }) };
}

test("an empty conversation says what to do next", async () => {
  await openConversation();
  expect(screen.getByText(/No messages yet\. Say hello to/)).toBeVisible();
});

test("Enter sends, Shift+Enter begins a new line, and the text arrives as it was written", async () => {
  const { user, box, bob, messages } = await openConversation();
  await user.type(box, "first{Shift>}{Enter}{/Shift}  second{Enter}");
  expect(await within(messages()).findByText(/first\s+second/)).toBeVisible();
  expect(bob.messages.get(ANN)?.[0]?.text).toBe("first\n  second");
  expect(box).toHaveValue("");
});

test("nothing is sent while an input method is being used, nor when there is nothing to send", async () => {
  const { user, box, service } = await openConversation();
  await user.type(box, "   {Enter}");
  fireEvent.compositionStart(box);
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  expect(service.asked.map(({ name }) => name)).not.toContain("SendChat");
});

test("every status is shown with its name: queued with the reason, sent, delivered, read", async () => {
  const { user, box, world, ann, bob, messages } = await openConversation();
  act(() => {
    world.serverGoes("away", new Date(2026, 10, 22, 14, 2).getTime());
  });
  await user.type(box, "hello{Enter}");
  expect(await within(messages()).findByRole("img", { name: "Queued" })).toBeVisible();
  expect(within(messages()).getByText(/The server is away since .*2:02/)).toBeVisible();
  act(() => {
    world.setOnline(BOB, false);
    world.serverGoes("online");
  });
  expect(within(messages()).getByRole("img", { name: "Sent" })).toBeVisible();
  expect(
    within(messages()).getByText(/Bob Birch is offline since .* It is sealed on the server/),
  ).toBeVisible();
  act(() => {
    world.setOnline(BOB, true);
  });
  expect(within(messages()).getByRole("img", { name: "Delivered" })).toBeVisible();
  act(() => {
    world.readAll(bob, ann, 1000);
  });
  expect(within(messages()).getByRole("img", { name: "Read" })).toBeVisible();
});

test("no tick before the service says so: what is being handed over looks different", async () => {
  const { user, box, service, messages } = await openConversation();
  const release = service.hold("SendChat");
  await user.type(box, "on its way{Enter}");
  expect(within(messages()).getByText("on its way")).toBeVisible();
  expect(within(messages()).getByRole("img", { name: "Being handed over" })).toBeVisible();
  expect(
    within(messages()).queryByRole("img", { name: /Queued|Sent|Delivered|Read/ }),
  ).not.toBeInTheDocument();
  release();
  expect(await within(messages()).findByRole("img", { name: "Delivered" })).toBeVisible();
  expect(within(messages()).queryByRole("img", { name: "Being handed over" })).not.toBeInTheDocument();
});

test("100 quick messages arrive once each and in order", async () => {
  const { user, box, bob, messages } = await openConversation();
  await user.click(box);
  for (let number = 0; number < 100; number++) {
    fireEvent.change(box, { target: { value: `message ${number.toString()}` } });
    fireEvent.keyDown(box, { key: "Enter" });
  }
  await waitFor(() => {
    expect(bob.messages.get(ANN)).toHaveLength(100);
  });
  const expected = Array.from({ length: 100 }, (_, number) => `message ${number.toString()}`);
  expect(bob.messages.get(ANN)?.map(({ text }) => text)).toEqual(expected);
  await waitFor(() => {
    const shown = [...messages().querySelectorAll("[data-message] p:first-child")].map((p) => p.textContent);
    expect(shown).toEqual(expected);
  });
});

test("what was written while the service was gone is kept, sent once, and in order, when it is back", async () => {
  const { user, box, service, bob, world } = await openConversation();
  act(() => {
    service.lose(world.now() - 5000);
  });
  await user.type(box, "one{Enter}two{Enter}");
  expect(screen.getByText("one")).toBeVisible();
  expect(screen.getByText(/Your internal service has not answered since/)).toBeVisible();
  expect(bob.messages.get(ANN)).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Try now" }));
  await waitFor(() => {
    expect(bob.messages.get(ANN)?.map(({ text }) => text)).toEqual(["one", "two"]);
  });
  expect(screen.queryByRole("img", { name: "Being handed over" })).not.toBeInTheDocument();
});

test("a request whose answer got lost is repeated with the same id, so nothing doubles", async () => {
  const { user, box, service, bob } = await openConversation();
  const release = service.hold("SendChat");
  await user.type(box, "once{Enter}");
  act(() => {
    service.lose();
  });
  release();
  act(() => {
    service.restore();
  });
  await waitFor(() => {
    expect(bob.messages.get(ANN)).toHaveLength(1);
  });
  const sends = service.asked.filter(({ name }) => name === "SendChat");
  expect(sends).toHaveLength(2);
  expect(sends[0]?.fields).toEqual(sends[1]?.fields);
});

test("what happened while the service was gone is there afterwards, without a gap", async () => {
  const { service, world, ann, bob, messages } = await openConversation();
  act(() => {
    service.lose();
    for (let number = 0; number < 5; number++)
      world.send(bob, ann, id(number), `missed ${number.toString()}`);
    service.restore();
  });
  for (let number = 0; number < 5; number++)
    expect(within(messages()).getByText(`missed ${number.toString()}`)).toBeVisible();
});

test("after a restart of the service the open conversation is brought up to date", async () => {
  const { service, world, ann, bob, messages } = await openConversation();
  act(() => {
    service.lose();
    world.send(bob, ann, id(1), "from before");
    world.epoch = "2";
    service.restore();
  });
  expect(await within(messages()).findByText("from before")).toBeVisible();
});

test("a refused message stays, says why, and can be sent again or discarded", async () => {
  const { user, box, service, bob } = await openConversation();
  const reason: Reason = { code: "mailbox_full", params: {}, acts: "peer" };
  service.refuseNext("SendChat", reason);
  await user.type(box, "precious{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The server keeps no more for Bob Birch");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => {
    expect(bob.messages.get(ANN)?.[0]?.text).toBe("precious");
  });
  service.refuseNext("SendChat", reason);
  await user.type(box, "worthless{Enter}");
  await user.click(await screen.findByRole("button", { name: "Discard" }));
  expect(screen.queryByText("worthless")).not.toBeInTheDocument();
});

test("a reason that this page does not know is still a sentence", async () => {
  const { user, box, service } = await openConversation();
  service.refuseNext("SendChat", { code: "moon_phase", params: {}, acts: "admin" });
  await user.type(box, "hm{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Whoever runs the server has to look at it.");
});

test("too long a text is not sent, says so, and stays", async () => {
  const { user, box, service } = await openConversation();
  const long = "x".repeat(1_048_577);
  fireEvent.change(box, { target: { value: long } });
  await user.type(box, "{Enter}");
  expect(screen.getByRole("alert")).toHaveTextContent("too long for one message (at most 1 MB)");
  expect(box).toHaveValue(long);
  expect(service.asked.map(({ name }) => name)).not.toContain("SendChat");
});

test("a paste of 10 MB does not hold up the page, and what was there stays", async () => {
  const { user, box } = await openConversation();
  await user.type(box, "before");
  const paste = createEvent.paste(box, { clipboardData: { getData: () => "y".repeat(10_000_000) } });
  fireEvent(box, paste);
  expect(paste.defaultPrevented).toBe(true);
  expect(screen.getByRole("alert")).toHaveTextContent("too long for one message");
  expect(box).toHaveValue("before");
});

test("what one was typing waits in its own conversation while one looks at another", async () => {
  const world = worldOfThree();
  world.agree(world.account(ANN), world.account(CARA));
  const { user, box } = await openConversation(world);
  await user.type(box, "half a thought");
  await user.click(
    within(screen.getByRole("region", { name: "Direct messages" })).getByRole("link", { name: /Cara/ }),
  );
  expect(await screen.findByRole("textbox", { name: "Message to Cara Cedar" })).toHaveValue("");
  expect(screen.getByText("Draft: half a thought")).toBeVisible();
  await user.click(
    within(screen.getByRole("region", { name: "Direct messages" })).getByRole("link", { name: /Bob/ }),
  );
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toHaveValue("half a thought");
});

test("typing is told to the other side, and shown when they do it", async () => {
  const { user, box, world, ann, bob, service } = await openConversation();
  await user.type(box, "a");
  expect(service.asked.at(-1)).toMatchObject({ name: "SetTyping", fields: { typing: true } });
  await user.type(box, "{Enter}");
  expect(service.asked.filter(({ name }) => name === "SetTyping").at(-1)).toMatchObject({
    fields: { typing: false },
  });
  act(() => {
    world.typing(bob, ann, true);
  });
  expect(screen.getByText(/is typing…/)).toHaveTextContent("Bob Birch is typing…");
});

test("unread messages are counted in the sidebar and the title, and a line shows where they begin", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, id(1), "old");
  world.readAll(ann, bob, 100);
  world.send(bob, ann, id(2), "new one");
  world.send(bob, ann, id(3), "new two");
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const { messages } = await openConversation(world);
  expect(document.title).toBe("(2) Bob Birch · Casemate");
  expect(screen.getByRole("link", { name: /^Bob Birch ?, Online, .*2 unread$/ })).toBeVisible();
  const rows = [...messages().children].map((row) => row.textContent);
  expect(rows.findIndex((text) => text === "New messages")).toBeLessThan(
    rows.findIndex((text) => text.includes("new one")),
  );
  expect(rows.findIndex((text) => text === "New messages")).toBeGreaterThan(
    rows.findIndex((text) => text.includes("old")),
  );
});

test("days are separated, and people are told apart without colour", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, id(1), "yesterday", Date.now() - 86_400_000);
  world.send(ann, bob, id(2), "today");
  const { messages } = await openConversation(world);
  expect(within(messages()).getByText("Yesterday")).toBeVisible();
  expect(within(messages()).getByText("Today")).toBeVisible();
  expect(within(messages()).getByRole("heading", { name: /Bob Birch/ })).toBeVisible();
  expect(within(messages()).getByRole("heading", { name: /Ann Ash\s*you/ })).toBeVisible();
});

test("a changed identity stops the writing, and goes on when it was accepted", async () => {
  const { user, box, world, ann, bob } = await openConversation();
  await user.type(box, "draft");
  act(() => {
    ann.changePeer({ ...world.peer(ann, bob), identity_changed: true });
  });
  expect(screen.getByRole("alert")).toHaveTextContent("Bob Birch’s identity changed.");
  expect(screen.queryByRole("textbox", { name: /Message to/ })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Accept the new identity" }));
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toHaveValue("draft");
});

test("the details show the safety number in groups and as a QR code; verified is a mark one sets", async () => {
  const { user, ann } = await openConversation();
  await user.click(screen.getByRole("button", { name: "Details" }));
  const number = await screen.findByRole("list", { name: "Safety number with Bob Birch" });
  expect(within(number).getAllByRole("listitem")).toHaveLength(12);
  expect(number.textContent).toMatch(/^\d{60}$/);
  expect(
    await screen.findByRole("img", { name: "QR code of the safety number with Bob Birch" }),
  ).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Mark as verified" }));
  await waitFor(() => {
    expect(ann.peers.get(BOB)?.verified).toBe(true);
  });
  expect(screen.getByRole("img", { name: "Verified" })).toBeVisible();
});

test("blocking asks once, closes the writing, and can be undone", async () => {
  const { user, ann } = await openConversation();
  await user.click(screen.getByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Block…" }));
  await user.click(screen.getByRole("button", { name: "Block" }));
  expect(await screen.findByText(/You blocked Bob Birch/)).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Unblock" })[0] as Element);
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
  expect(ann.peers.get(BOB)?.blocked).toBe(false);
});

test("disconnected: the history stays, and one can ask again", async () => {
  const { user, box } = await openConversation();
  await user.type(box, "kept{Enter}");
  await user.click(screen.getByRole("button", { name: "Details" }));
  await user.click(await screen.findByRole("button", { name: "Disconnect…" }));
  expect(screen.getByRole("button", { name: "Cancel" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Disconnect" }));
  expect(await screen.findByText(/agreed to talk, but are not connected/)).toBeVisible();
  expect(screen.getByText("kept")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Connect" }));
  expect(await screen.findByRole("textbox", { name: "Message to Bob Birch" })).toBeVisible();
});

test("two people of the same name are told apart by their usernames", async () => {
  const world = worldOfThree();
  const twin = world.person(55n, "robert", "Bob\u200b Birch");
  world.agree(world.account(ANN), twin);
  await openConversation(world);
  const list = within(screen.getByRole("region", { name: "Direct messages" }));
  expect(list.getByText("@bob")).toBeVisible();
  expect(list.getByText("@robert")).toBeVisible();
});

test("long history: a page at a time, and never more than a window of it on the page", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 500; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  world.readAll(ann, bob, 100_000);
  const { messages, service } = await openConversation(world);
  expect(await within(messages()).findByText("line 499")).toBeVisible();
  const scroller = screen.getByRole("region", { name: "Conversation with Bob Birch" });
  vi.spyOn(scroller, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(scroller, "scrollHeight", "get").mockReturnValue(9000);
  for (let turn = 0; turn < 9; turn++) {
    fireEvent.scroll(scroller);
    await act(() => Promise.resolve());
  }
  expect(service.asked.filter(({ name }) => name === "GetTimeline").length).toBeGreaterThan(7);
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
  expect(messages().querySelectorAll("[data-message]")).toHaveLength(400);
});

test.each([
  ["whoever is at the end keeps it, and far above room is made", 9000, "line 0", "line 399"],
  ["whoever reads near the start keeps it, and what comes waits below", 10, "line 399", "line 0"],
])("a window that gets full: %s", async (_, scrollTop, gone, kept) => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 399; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  world.readAll(ann, bob, 100_000);
  const { messages } = await openConversation(world);
  const scroller = screen.getByRole("region", { name: "Conversation with Bob Birch" });
  vi.spyOn(scroller, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(scroller, "scrollHeight", "get").mockReturnValue(9000);
  for (let turn = 0; turn < 7; turn++) {
    fireEvent.scroll(scroller);
    await act(() => Promise.resolve());
  }
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
  scroller.scrollTop = scrollTop;
  fireEvent.scroll(scroller);
  act(() => {
    world.send(bob, ann, id(399), "line 399");
  });
  await waitFor(() => {
    expect(messages().querySelectorAll("[data-message]")).toHaveLength(340);
  });
  expect(within(messages()).queryByText(gone)).toBeNull();
  expect(within(messages()).getByText(kept)).toBeInTheDocument();
});

test("a short conversation that begins and ends beyond what is loaded goes on at both of its ends", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 70; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(3000);
  const { messages } = await openConversation(world);
  expect(await within(messages()).findByText("line 69")).toBeInTheDocument();
  expect(within(messages()).getByText("line 0")).toBeInTheDocument();
});

test("sending leads to what was sent, wherever one was and whether or not the service answers", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 300; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  const { user, box, messages, service } = await openConversation(world);
  expect(await within(messages()).findByText("line 0")).toBeInTheDocument();
  expect(within(messages()).queryByText("line 299")).not.toBeInTheDocument();
  act(() => {
    service.lose();
  });
  await user.type(box, "mine{Enter}");
  expect(within(messages()).getByText("mine")).toBeVisible();
  expect(within(messages()).getByText("Messages between are not loaded yet")).toBeVisible();
  act(() => {
    service.restore();
  });
  expect(await within(messages()).findByText("line 299")).toBeInTheDocument();
  expect(within(messages()).getByText("mine")).toBeVisible();
  expect(within(messages()).queryByText("Messages between are not loaded yet")).not.toBeInTheDocument();
});

test("a page that was asked for where the window no longer is leaves no gap", async () => {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  for (let number = 0; number < 300; number++) world.send(bob, ann, id(number), `line ${number.toString()}`);
  const service = new FakeInternalService(world);
  const session = new AccountSession(service, ANN, thisBrowser());
  session.start();
  await Promise.resolve();
  const first = bob.messages.get(ANN)?.[0]?.order;
  if (first === undefined) throw new Error("nothing was sent");
  await session.loadAround(BOB, first);
  const releaseOld = service.hold("GetTimeline");
  session.loadAfter(BOB);
  await act(() => Promise.resolve());
  service.hold("GetTimeline")(); // only what was asked until here waits
  await session.loadLatest(BOB);
  releaseOld();
  await act(() => Promise.resolve());
  await waitFor(() => {
    const shown = session.store
      .get()
      .workspace?.timelines.get(BOB)
      ?.messages.map(({ text }) => text);
    expect(shown).toEqual(Array.from({ length: 60 }, (_, index) => `line ${(240 + index).toString()}`));
  });
});

test("with somebody whose account is gone, only what works is offered", async () => {
  const { user, world, ann, bob } = await openConversation();
  act(() => {
    ann.changePeer({
      ...world.peer(ann, bob),
      relation: "gone",
      connection: "none",
      path: null,
      online: false,
    });
  });
  expect(
    await screen.findByText(/Bob Birch has deleted their account\. What was said stays here/),
  ).toBeVisible();
  expect(screen.queryByRole("textbox", { name: /Message to/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Details" }));
  const panel = await screen.findByRole("complementary", { name: "About Bob Birch" });
  expect(within(panel).queryByRole("button", { name: /Block|Disconnect|Connect/ })).toBeNull();
});

test("who declined is asked again when the week is over, and not before", async () => {
  const { world, ann, bob } = await openConversation();
  const declined = { ...world.peer(ann, bob), relation: "declined", connection: "none", path: null } as const;
  act(() => {
    ann.changePeer({ ...declined, relation_since: Date.now() - 86_400_000 });
  });
  expect(await screen.findByText(/Bob Birch declined\. You can ask again after/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Connect" })).toBeNull();
  act(() => {
    ann.changePeer({ ...declined, relation_since: Date.now() - 8 * 86_400_000 });
  });
  expect(await screen.findByRole("button", { name: "Connect" })).toBeVisible();
});

test("another time zone draws every time and day anew", async () => {
  vi.stubEnv("TZ", "UTC");
  try {
    const { user, box, messages } = await openConversation();
    await user.type(box, "when{Enter}");
    const shown = () => within(messages()).getByText(/^\d{1,2}:\d\d/).textContent;
    await within(messages()).findByText("when");
    const before = shown();
    vi.stubEnv("TZ", "Pacific/Kiritimati");
    act(() => {
      window.dispatchEvent(new Event("focus"));
    });
    expect(within(messages()).getByText("when")).toBeVisible();
    expect(shown()).not.toBe(before);
  } finally {
    vi.unstubAllEnvs();
  }
});
