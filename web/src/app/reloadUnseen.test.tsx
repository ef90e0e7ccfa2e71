/** A page that another takes the place of is loaded again by itself only where nothing is lost with it. */
import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { dropInvitation } from "../state/invitation";
import { giveWay, oldPage, watchServedPage } from "../state/oldPage";
import type { Shown } from "../testing/renderApp";
import { ANN, CARA, showApp, worldOfThree } from "../testing/renderApp";
import { App } from "./App";

const reload = vi.fn();
let stop: (() => void) | undefined;

beforeEach(() => {
  reload.mockReset();
  document.head.innerHTML = `<script type="module" src="/assets/first-1.js"></script>`;
  vi.spyOn(globalThis, "fetch").mockImplementation(() =>
    Promise.resolve(new Response(`<script type="module" src="/assets/first-2.js"></script>`)),
  );
});

afterEach(() => {
  stop?.();
  dropInvitation();
  document.head.innerHTML = "";
});

async function isUpdatedUnseen({ service }: Shown) {
  stop = watchServedPage(service, reload);
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await act(async () => {
    for (let time = 0; time < 2; time += 1) {
      service.lose(Date.now(), null);
      service.restore();
    }
    await new Promise((done) => setTimeout(done));
  });
  expect(oldPage.get()).toBe(true);
}

function linkOfCara(world = worldOfThree()) {
  return world.invites.make({ cid: CARA, uses: 1, seconds: 86_400 }).invites[0]?.link ?? "";
}

test.each([["/"], [`/a/${ANN.toString()}`], [`/a/${ANN.toString()}/settings`], ["/join"]])(
  "where nobody wrote anything it is loaded again: %s",
  async (address) => {
    await isUpdatedUnseen(await showApp(App, address));
    expect(reload).toHaveBeenCalledOnce();
  },
);

test.each([
  ["/?create", "Password"],
  ["/?create", "Full name"],
  [`/a/${ANN.toString()}/settings`, "Another address"],
])("at %s, what was typed into “%s” is not thrown away", async (address, label) => {
  const shown = await showApp(App, address);
  await shown.user.type(await screen.findByLabelText(label), "typed with care");
  await isUpdatedUnseen(shown);
  expect(reload).not.toHaveBeenCalled();
});

test("an invitation that the address brought is not thrown away, on whatever screen it waits", async () => {
  const shown = await showApp(App, `/join${new URL(linkOfCara()).hash}`);
  expect(location.href).not.toContain("#");
  await isUpdatedUnseen(shown);
  expect(reload).not.toHaveBeenCalled();
});

test("an invitation that was pasted, and read, is not thrown away", async () => {
  const world = worldOfThree();
  const shown = await showApp(App, "/join", world);
  await shown.user.click(await screen.findByLabelText("Invitation"));
  await shown.user.paste(linkOfCara(world));
  await screen.findByRole("region", { name: "The server of this invitation" });
  await isUpdatedUnseen(shown);
  expect(reload).not.toHaveBeenCalled();
  await shown.user.click(screen.getByRole("button", { name: "Use another invitation" }));
  document.dispatchEvent(new Event("visibilitychange"));
  expect(reload).toHaveBeenCalledOnce();
});

test("words that only this page has are not thrown away, whoever asks the page to give way", async () => {
  const { user } = await showApp(App, "/join");
  giveWay(reload);
  expect(reload).toHaveBeenCalledOnce();
  await user.type(await screen.findByLabelText("Invitation"), "half a link");
  giveWay(reload);
  expect(reload).toHaveBeenCalledOnce();
  expect(oldPage.get()).toBe(true);
});
