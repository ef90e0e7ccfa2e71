/** Puts the page together and starts it. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { route, socket } from "./ahead";
import type { InternalService } from "./api/InternalService";
import { browserSurroundings, WebSocketService } from "./api/WebSocketService";
import { App } from "./app/App";
import { landing } from "./app/parts";
import { keepShell } from "./app/shell";
import { loadAhead } from "./components/Later";
import { loadFormatted } from "./features/conversation/markdown/formatting";
import { thisBrowser } from "./state/browser";
import { watchServedPage } from "./state/oldPage";
import { watchInstalling } from "./state/installing";
import { watchLooks } from "./state/looks";
import { navigate } from "./state/route";
import { Sessions } from "./state/sessions";
import "./app/styles.css";

/** Whoever waits longer is shown that the page does. */
const PATIENCE_MILLISECONDS = 250;

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

watchLooks();
watchInstalling();
if (route.screen === "workspace") navigate(route, { replace: true });
void start(root);

/** Not at the top of this file: what it loads later shares a file with it, and would wait for it for ever. */
async function start(place: HTMLElement): Promise<void> {
  const service = await internalService();
  if (import.meta.env.PROD && import.meta.env.MODE !== "fake") {
    keepShell(service);
    watchServedPage(service);
  }
  const sessions = new Sessions(service, thisBrowser());
  const told = route.screen === "workspace" ? sessions.of(route.cid).expect(route.place) : answered(service);
  void socket?.listen();
  // Nothing waits for it, and it is mostly there before the first messages are: they are not drawn twice then.
  void loadFormatted();
  // Drawn once, when all of it is there: each part by itself would be drawn, laid out and painted for a moment only.
  const first = route.screen === "landing" ? loadAhead(landing) : Promise.resolve();
  await Promise.race([
    Promise.all([told, first]),
    new Promise((done) => setTimeout(done, PATIENCE_MILLISECONDS)),
  ]);
  createRoot(place).render(
    <StrictMode>
      <App service={service} sessions={sessions} />
    </StrictMode>,
  );
}

/** When the service has said which accounts there are, or cannot be reached. */
function answered(service: InternalService): Promise<void> {
  return new Promise((done) => {
    const stop = service.onConnection(() => {
      stop();
      done();
    });
  });
}

/** `npm run dev:fake` shows the whole UI without any service; none of it is in the built page. */
async function internalService(): Promise<InternalService> {
  if (import.meta.env.MODE === "fake") {
    const { sampleService } = await import("./testing/samples");
    return sampleService();
  }
  const service = new WebSocketService(browserSurroundings(socket));
  // Whoever looks at the page again should not wait for the next try.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && service.connection().state === "lost") service.retryNow();
  });
  return service;
}
