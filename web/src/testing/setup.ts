/** What jsdom lacks of a browser, and a clean page for every test. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Machines that do much else at the same time are slow, not wrong.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});

HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
  this.open = true;
};
HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
  this.open = false;
};
Element.prototype.scrollIntoView = () => undefined;
/** "Not done": then the page does it itself. */
Object.assign(document, { execCommand: () => false });
Element.prototype.hasPointerCapture = () => false;

class NothingToObserve {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
}
vi.stubGlobal("ResizeObserver", NothingToObserve);
vi.stubGlobal("CSS", { escape: (text: string) => text, supports: () => false });
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: query.includes("pointer: fine"),
  addEventListener: vi.fn(),
  removeEventListener: vi.fn(),
}));

/** Asked by axe for the shape of icon fonts, of which there are none here. */
HTMLCanvasElement.prototype.getContext = () => null;
