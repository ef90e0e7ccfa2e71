/**
 * Keeps the page's own files, so that a reload shows the page while the internal service is gone. For the page itself the
 * service is asked first, always: what is kept here is shown only when nobody answers. Its assets have another name when
 * they have other contents, so what is kept is what the service would answer. Nothing else is ever kept: no answer of the
 * service, no data, and no address with a launch token.
 */

/** Filled in by the build: the files, and a name that changes with any of them. */
const FILES = ["__FILES__"];
const SHELL = "casemate-shell-__BUILD__";
const PAGE = "/";
/** What of a response is kept beside its bytes; the policy of the page is the one it was served with. */
const HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"];

self.addEventListener("install", (event) => {
  event.addRoutes?.(routes());
  event.waitUntil(keepShell().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const isPage = request.mode === "navigate" && !searchParams.has("launch");
  if (isPage) event.respondWith(fetch(request).catch(async () => (await kept(PAGE)) ?? Response.error()));
  else if (FILES.includes(pathname)) event.respondWith(kept(pathname).then((file) => file ?? fetch(request)));
});

/** The same, for browsers that go there by themselves: nothing on the way to the first screen waits for this worker. */
function routes() {
  return [
    { condition: { urlPattern: "/assets/*" }, source: { cacheName: SHELL } },
    // Asked twice, a launch token would be used up.
    { condition: { urlPattern: new URLPattern({ search: "*launch=*" }) }, source: "network" },
    { condition: { requestMode: "navigate" }, source: "race-network-and-fetch-handler" },
  ];
}

async function keepShell() {
  const shell = await caches.open(SHELL);
  await Promise.all([PAGE, ...FILES].map((name) => keep(shell, name)));
}

async function keep(shell, name) {
  const answer = await fetch(name, { cache: "no-cache" });
  if (!answer.ok || answer.redirected) throw new Error(`${name} is not to be had`);
  const headers = HEADERS.filter((header) => answer.headers.has(header)).map((header) => [
    header,
    answer.headers.get(header),
  ]);
  await shell.put(name, new Response(await answer.blob(), { headers }));
}

async function kept(name) {
  const shell = await caches.open(SHELL);
  return shell.match(name);
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
}
