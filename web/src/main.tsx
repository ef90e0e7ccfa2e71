/** Puts the page together and starts it. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import type { InternalService } from "./api/InternalService";
import { browserSurroundings, WebSocketService } from "./api/WebSocketService";
import { App } from "./app/App";
import { keepShell } from "./app/shell";
import { LANDING, navigate, parseRoute } from "./state/route";
import { tabAccount } from "./state/tabAccount";
import { watchTheme } from "./state/theme";
import "./app/styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

watchTheme();
returnToTabAccount();
const service = await internalService();
if (import.meta.env.PROD && import.meta.env.MODE !== "fake") keepShell(service);
createRoot(root).render(
  <StrictMode>
    <App service={service} />
  </StrictMode>,
);

/** A freshly opened start page in a tab that shows an account goes on showing it. */
function returnToTabAccount(): void {
  const cid = tabAccount();
  if (cid === null || location.search !== "" || parseRoute(location.pathname).screen !== LANDING.screen)
    return;
  navigate({ screen: "workspace", cid, place: { kind: "home" } }, { replace: true });
}

/** `npm run dev:fake` shows the whole UI without any service; none of it is in the built page. */
async function internalService(): Promise<InternalService> {
  if (import.meta.env.MODE === "fake") {
    const { sampleService } = await import("./testing/samples");
    return sampleService();
  }
  const service = new WebSocketService(browserSurroundings());
  // Whoever looks at the page again should not wait for the next try.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && service.connection().state === "lost") service.retryNow();
  });
  return service;
}
