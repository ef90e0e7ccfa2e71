/** What is kept on this computer: how much, for how long, saved as a file, and emptied. */
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { axeProblems } from "../testing/axeProblems";
import { ANN, BOB, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const SETTINGS = `/a/${ANN.toString()}/settings`;
const saved: { readonly name: string; readonly file: Blob }[] = [];

beforeEach(() => {
  saved.length = 0;
  const files = new Map<string, Blob>();
  vi.stubGlobal(
    "URL",
    Object.assign(URL, {
      createObjectURL: (file: Blob) => {
        const url = `blob:${files.size.toString()}`;
        files.set(url, file);
        return url;
      },
      revokeObjectURL: () => undefined,
    }),
  );
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    const file = files.get(this.href);
    if (file !== undefined) saved.push({ name: this.download, file });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Blobs of jsdom cannot be asked for their text. */
function textOf(file: Blob | undefined): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => {
      resolve(typeof reader.result === "string" ? reader.result : "");
    };
    reader.readAsText(file ?? new Blob());
  });
}

async function storage() {
  const world = worldOfThree();
  const [ann, bob] = [world.account(ANN), world.account(BOB)];
  world.send(bob, ann, "01".repeat(16), '<img src=x onerror="alert(1)"> & "so on"');
  for (let number = 0; number < 450; number++)
    world.send(ann, bob, number.toString(16).padStart(32, "0"), `Message ${number.toString()}`);
  const app = await showApp(App, SETTINGS, world);
  const part = within(await screen.findByRole("region", { name: "Storage" }));
  await part.findByText(/451 messages/u);
  return { ...app, world, part };
}

test("for how long messages stay is chosen", async () => {
  const { user, world, part } = await storage();
  await user.selectOptions(part.getByRole("combobox", { name: /^Keep messages/u }), "90 days");
  expect(part.getByText(/older than 90 days are erased/u)).toBeVisible();
  expect(await axeProblems()).toEqual([]);
  expect(world.account(ANN).settings.keep_days).toBeNull();
  await user.click(part.getByRole("button", { name: "Erase older ones" }));
  await waitFor(() => {
    expect(world.account(ANN).settings.keep_days).toBe(90);
  });
  expect(part.getByRole("combobox", { name: /^Keep messages/u })).toHaveValue("90");
  expect(await axeProblems()).toEqual([]);
});

test("a conversation becomes a page in which nothing that somebody wrote is more than words", async () => {
  const { user, part } = await storage();
  await user.click(part.getByRole("button", { name: /^Export/u }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/The file is not sealed/u)).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Save the file" }));
  expect(await dialog.findByText(/451 messages are in the file/u)).toBeVisible();
  const [page] = saved;
  expect(page?.name).toMatch(/^Casemate Bob Birch \d{4}-\d\d-\d\d\.html$/u);
  const drawn = new DOMParser().parseFromString(await textOf(page?.file), "text/html");
  expect(drawn.querySelectorAll("article")).toHaveLength(451);
  expect(drawn.querySelector("img, script")).toBeNull();
  expect(drawn.querySelector("article p")?.textContent).toBe('<img src=x onerror="alert(1)"> & "so on"');
  expect(await axeProblems()).toEqual([]);
});

test("or JSON; what broke off goes on where it was", async () => {
  const { user, part, service } = await storage();
  await user.click(part.getByRole("button", { name: /^Export/u }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "JSON, for programs" }));
  service.refuseNext("GetTimeline", { code: "internal", params: {}, acts: "retry" });
  await user.click(dialog.getByRole("button", { name: "Save the file" }));
  await user.click(await dialog.findByRole("button", { name: "Go on" }));
  await dialog.findByText(/451 messages are in the file/u);
  const file = JSON.parse(await textOf(saved[0]?.file)) as { messages: { text: string }[] };
  expect(file.messages).toHaveLength(451);
  expect(file.messages.at(-1)?.text).toBe("Message 449");
});

test("a conversation is emptied here, and the other keeps theirs", async () => {
  const { user, part, world } = await storage();
  await user.click(part.getByRole("button", { name: /^Empty/u }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByText(/cannot be had back/u)).toBeVisible();
  expect(await axeProblems()).toEqual([]);
  await user.click(dialog.getByRole("button", { name: "Empty it" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
  expect(world.account(BOB).saidWith(ANN)).toHaveLength(451);
  expect(await part.findByText("There are none yet.")).toBeVisible();
  expect(part.getByRole("heading", { name: "Conversations" })).toHaveFocus();
});

test("who stops emptying keeps the rest", async () => {
  const { user, part, world, service } = await storage();
  const release = service.hold("EmptyConversation");
  const asked = vi.spyOn(service, "request");
  await user.click(part.getByRole("button", { name: /^Empty/u }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Empty it" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Stop" }));
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  release();
  await waitFor(() => {
    expect(world.account(ANN).saidWith(BOB)).toHaveLength(251);
  });
  expect(asked.mock.calls.filter(([name]) => name === "EmptyConversation")).toHaveLength(1);
});
