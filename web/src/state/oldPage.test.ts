import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FakeInternalService } from "../testing/FakeInternalService";
import { worldOfThree } from "../testing/renderApp";
import { oldPage, watchServedPage } from "./oldPage";

const OURS = "/assets/first-11111111.js";
const THEIRS = "/assets/first-22222222.js";

let service: FakeInternalService;
let stop: () => void;
const reload = vi.fn();

function page(...scripts: string[]) {
  return scripts.map((src) => `<script type="module" src="${src}"></script>`).join("");
}

function serves(answer: Response | Error) {
  vi.spyOn(globalThis, "fetch").mockImplementation(() =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer.clone()),
  );
}

function see(state: DocumentVisibilityState) {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  document.dispatchEvent(new Event("visibilitychange"));
}

async function serviceComesBack() {
  service.lose(Date.now(), null);
  service.restore();
  await new Promise((done) => setTimeout(done));
}

beforeEach(() => {
  reload.mockReset();
  document.body.innerHTML = page(OURS);
  service = new FakeInternalService(worldOfThree());
  stop = watchServedPage(service, reload);
  service.lose(Date.now(), null);
  service.restore(); // the first time that it is there
});

afterEach(() => {
  stop();
  document.body.innerHTML = "";
});

test("the same page is never loaded again", async () => {
  serves(new Response(page(OURS)));
  await serviceComesBack();
  expect(oldPage.get()).toBe(false);
});

test("another one is said to who looks, and loaded once nobody does", async () => {
  serves(new Response(page(THEIRS)));
  see("visible");
  await serviceComesBack();
  expect(oldPage.get()).toBe(true);
  expect(reload).not.toHaveBeenCalled();
  see("hidden");
  expect(reload).toHaveBeenCalledOnce();
});

test("an open dialog is not closed", async () => {
  serves(new Response(page(THEIRS)));
  document.body.insertAdjacentHTML("beforeend", "<dialog open></dialog>");
  see("hidden");
  await serviceComesBack();
  expect(reload).not.toHaveBeenCalled();
});

test.each([
  ["nobody answers", new TypeError("gone")],
  ["the page is refused", new Response(page(THEIRS), { status: 403 })],
  ["what answers is no page of ours", new Response("<p>Sign in</p>")],
])("%s: nothing is said", async (_, answer) => {
  serves(answer);
  see("hidden");
  await serviceComesBack();
  expect(oldPage.get()).toBe(false);
  expect(reload).not.toHaveBeenCalled();
});
