import { act, createEvent, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";

import type { Reason } from "../api/generated";
import { openConversation } from "../testing/openConversation";
import { ANN, BOB, CARA, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

test("Enter sends, Shift+Enter begins a new line, and the text arrives as it was written", async () => {
  const { user, box, bob, messages } = await openConversation(App);
  await user.type(box, "first{Shift>}{Enter}{/Shift}  second{Enter}");
  expect(await within(messages()).findByText(/first\s+second/)).toBeVisible();
  expect(bob.saidWith(ANN)?.[0]?.text).toBe("first\n  second");
  expect(box).toHaveValue("");
});

test("nothing is sent while an input method is being used, nor when there is nothing to send", async () => {
  const { user, box, service } = await openConversation(App);
  await user.type(box, "   {Enter}");
  fireEvent.compositionStart(box);
  fireEvent.keyDown(box, { key: "Enter", isComposing: true });
  expect(service.asked.map(({ name }) => name)).not.toContain("SendChat");
});

test("every status is shown with its name: queued with the reason, sent, delivered, read", async () => {
  const { user, box, world, ann, bob, messages } = await openConversation(App);
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
  const { user, box, service, messages } = await openConversation(App);
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
  const { user, box, bob, messages } = await openConversation(App);
  await user.click(box);
  for (let number = 0; number < 100; number++) {
    fireEvent.change(box, { target: { value: `message ${number.toString()}` } });
    fireEvent.keyDown(box, { key: "Enter" });
  }
  await waitFor(() => {
    expect(bob.saidWith(ANN)).toHaveLength(100);
  });
  const expected = Array.from({ length: 100 }, (_, number) => `message ${number.toString()}`);
  expect(bob.saidWith(ANN)?.map(({ text }) => text)).toEqual(expected);
  await waitFor(() => {
    const shown = [...messages().querySelectorAll("[data-message] p:first-child")].map((p) => p.textContent);
    expect(shown).toEqual(expected);
  });
});

test("what was written while the service was gone is kept, sent once, and in order, when it is back", async () => {
  const { user, box, service, bob, world } = await openConversation(App);
  act(() => {
    service.lose(world.now() - 5000);
  });
  await user.type(box, "one{Enter}two{Enter}");
  expect(screen.getByText("one")).toBeVisible();
  expect(screen.getByText(/Casemate on this computer has not answered since/)).toBeVisible();
  expect(bob.saidWith(ANN)).toBeUndefined();
  await user.click(screen.getByRole("button", { name: "Try now" }));
  await waitFor(() => {
    expect(bob.saidWith(ANN)?.map(({ text }) => text)).toEqual(["one", "two"]);
  });
  expect(screen.queryByRole("img", { name: "Being handed over" })).not.toBeInTheDocument();
});

test("a request whose answer got lost is repeated with the same id, so nothing doubles", async () => {
  const { user, box, service, bob } = await openConversation(App);
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
    expect(bob.saidWith(ANN)).toHaveLength(1);
  });
  const sends = service.asked.filter(({ name }) => name === "SendChat");
  expect(sends).toHaveLength(2);
  expect(sends[0]?.fields).toEqual(sends[1]?.fields);
});

test("a refused message stays, says why, and can be sent again or discarded", async () => {
  const { user, box, service, bob } = await openConversation(App);
  const reason: Reason = { code: "mailbox_full", params: {}, acts: "peer" };
  service.refuseNext("SendChat", reason);
  await user.type(box, "precious{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The server keeps no more for Bob Birch");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => {
    expect(bob.saidWith(ANN)?.[0]?.text).toBe("precious");
  });
  service.refuseNext("SendChat", reason);
  await user.type(box, "worthless{Enter}");
  await user.click(await screen.findByRole("button", { name: "Discard" }));
  expect(screen.queryByText("worthless")).not.toBeInTheDocument();
});

test("a reason that this page does not know is still a sentence", async () => {
  const { user, box, service } = await openConversation(App);
  service.refuseNext("SendChat", { code: "moon_phase", params: {}, acts: "admin" });
  await user.type(box, "hm{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Whoever runs the server has to look at it.");
});

test("too long a text is not sent, says so, and stays", async () => {
  const { user, box, service } = await openConversation(App);
  const long = "x".repeat(1_048_577);
  fireEvent.change(box, { target: { value: long } });
  await user.type(box, "{Enter}");
  expect(screen.getByRole("alert")).toHaveTextContent("too long for one message (at most 1 MB)");
  expect(box).toHaveValue(long);
  expect(service.asked.map(({ name }) => name)).not.toContain("SendChat");
});

test("a paste of 10 MB does not hold up the page, and what was there stays", async () => {
  const { user, box } = await openConversation(App);
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
  const { user, box } = await openConversation(App, world);
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
  const { user, box, world, ann, bob, service } = await openConversation(App);
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
