import { screen, waitFor, within } from "@testing-library/react";
import { act } from "react";
import { beforeEach, expect, test, vi } from "vitest";

import type { ServerProgramView } from "../api/generated";
import { hiddenVersions, hideVersion } from "../state/hiddenVersion";
import { ANN, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const AT = `/a/${ANN.toString()}`;
const NEWER: ServerProgramView = { version: "0.2.0", newer: true, own: false };
const OLDER: ServerProgramView = { version: "0.0.9", newer: false, own: false };
const COMMAND = "uv tool upgrade casemate";

beforeEach(() => {
  localStorage.clear();
  window.dispatchEvent(new StorageEvent("storage"));
});

function worldWith(program: ServerProgramView) {
  const world = worldOfThree();
  world.account(ANN).serverProgram = program;
  return world;
}

async function said(words: string) {
  return await screen.findByText(words, { exact: false, selector: "p" });
}

test("a newer server is one line with the command, which can be copied", async () => {
  const { user } = await showApp(App, AT, worldWith(NEWER));
  const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  const words = await said("The server runs Casemate 0.2.0, this computer 0.1.0.");
  expect(words).toHaveTextContent(`Update with ${COMMAND}`);
  await user.click(screen.getByRole("button", { name: "Copy command" }));
  expect(copied).toHaveBeenCalledWith(COMMAND);
  expect(await screen.findByText("Copied")).toBeInTheDocument();
});

test.each([
  ["refuses", { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) }],
  ["has no clipboard for this page", undefined],
])("where the browser %s, it is said, and the command is selected", async (_, clipboard) => {
  const { user } = await showApp(App, AT, worldWith(NEWER));
  await said("The server runs Casemate 0.2.0");
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue(clipboard as unknown as Clipboard);
  await user.click(screen.getByRole("button", { name: "Copy command" }));
  expect(await screen.findByText(/This browser did not copy it/)).toBeVisible();
  expect(getSelection()?.toString()).toBe(COMMAND);
  expect(screen.queryByText("Copied")).toBeNull();
});

test("it is put away until the next version", async () => {
  const world = worldWith(NEWER);
  const { user } = await showApp(App, AT, world);
  await said("The server runs Casemate 0.2.0");
  await user.click(screen.getByRole("button", { name: "Hide until the next version" }));
  expect(screen.queryByText("The server runs", { exact: false })).toBeNull();
  await showApp(App, AT, world);
  expect(screen.queryByText("The server runs", { exact: false })).toBeNull();
  act(() => {
    world.account(ANN).serverProgram = { ...NEWER, version: "0.3.0" };
    world.account(ANN).changeAccount();
  });
  expect(await said("The server runs Casemate 0.3.0")).toBeVisible();
});

test("what was put away of one server stays so when that of another is, in this tab or in another", async () => {
  const world = worldWith(NEWER);
  const { user } = await showApp(App, AT, world);
  await said("The server runs Casemate 0.2.0");
  await user.click(screen.getByRole("button", { name: "Hide until the next version" }));
  act(() => {
    hideVersion("of another server", "0.3.0");
  });
  expect(screen.queryByText("The server runs", { exact: false })).toBeNull();
  localStorage.setItem(
    "casemate.hiddenVersions",
    JSON.stringify([...hiddenVersions.get(), ["of a third", "0.4.0"]]),
  );
  act(() => {
    hideVersion("of another server", "0.5.0");
  });
  expect(hiddenVersions.get().get("of a third")).toBe("0.4.0");
  await showApp(App, AT, world);
  expect(screen.queryByText("The server runs", { exact: false })).toBeNull();
});

test.each(["0.2.0", "{", "[[1, 2], [3], 4]", '{"a": "b"}'])(
  "what is kept of it in the browser and cannot be read hides nothing: %s",
  async (kept) => {
    localStorage.setItem("casemate.hiddenVersions", kept);
    window.dispatchEvent(new StorageEvent("storage"));
    await showApp(App, AT, worldWith(NEWER));
    expect(await said("The server runs Casemate 0.2.0")).toBeVisible();
  },
);

test("where it cannot be told how this one was installed, no command is made up", async () => {
  const world = worldWith(NEWER);
  world.updateCommand = "";
  await showApp(App, AT, world);
  expect(await said("The server runs Casemate 0.2.0")).toHaveTextContent(
    "Update it the way it was installed, then start it again.",
  );
  expect(screen.queryByRole("button", { name: "Copy command" })).toBeNull();
});

test.each<[ServerProgramView, string]>([
  [OLDER, "older than this computer’s 0.1.0. Ask whoever runs the server to update it."],
  [
    { ...NEWER, own: true },
    "Casemate was updated while it ran: the server is 0.2.0, the rest 0.1.0. Stop it",
  ],
  [
    { ...OLDER, own: true },
    "Casemate was updated while it ran: the server is 0.0.9, the rest 0.1.0. Stop it",
  ],
])("what others have to do stands in Connections and Settings alone: %j", async (program, words) => {
  await showApp(App, AT, worldWith(program));
  await screen.findByRole("main");
  expect(screen.queryByText(words, { exact: false })).toBeNull();
  await showApp(App, `${AT}/connections`, worldWith(program));
  expect(await screen.findByText(words, { exact: false })).toBeVisible();
  await showApp(App, `${AT}/settings`, worldWith(program));
  expect(await screen.findByText(words, { exact: false })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Copy command" })).toBeNull();
});

test("Settings name the version that runs here", async () => {
  await showApp(App, `${AT}/settings`);
  const account = within(await screen.findByRole("region", { name: "Account" }));
  expect(account.getByText("Casemate").nextElementSibling).toHaveTextContent(/^0\.1\.0$/);
});

test("a server that does not talk with this program any more says so with the command", async () => {
  const { world } = await showApp(App, AT);
  act(() => {
    const account = world.account(ANN);
    const reason = { code: "update_this_computer", params: {}, acts: "user" } as const;
    account.link = { state: "away", since: Date.now() - 60_000, reason };
    account.changeAccount();
  });
  expect(await screen.findByText("Nothing comes from the server since", { exact: false })).toBeVisible();
  await waitFor(() => {
    expect(screen.getByText("too old for what answers at", { exact: false })).toHaveTextContent(
      `the server’s address. Update with ${COMMAND}`,
    );
  });
});
