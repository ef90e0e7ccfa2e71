/** What a browser needs to install the page: a manifest and its icons, each under a name that changes with its contents. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";

const ICONS = [
  { file: "icon-192.png", sizes: "192x192", purpose: "any" },
  { file: "icon-512.png", sizes: "512x512", purpose: "any" },
  { file: "maskable-192.png", sizes: "192x192", purpose: "maskable" },
  { file: "maskable-512.png", sizes: "512x512", purpose: "maskable" },
];

const MANIFEST = {
  id: "/",
  name: "Casemate",
  short_name: "Casemate",
  description: "A quiet, strong room for your team. What is said in it stays between those who are in it.",
  // Never with a launch token: that works once.
  start_url: "/",
  scope: "/",
  display: "standalone",
  background_color: "#fdfcfa",
  theme_color: "#e8e6e2",
  shortcuts: [
    { name: "I have an invitation", url: "/join" },
    { name: "Create an account", url: "/?create" },
  ],
};

export function installable(): Plugin {
  const name = "casemate.webmanifest";
  return {
    name: "installable",
    apply: "build",
    enforce: "pre",
    generateBundle() {
      const icons = ICONS.map(({ file, ...icon }) => {
        const path = fileURLToPath(new URL(`../src/app/icons/${file}`, import.meta.url));
        const emitted = this.emitFile({ type: "asset", name: basename(path), source: readFileSync(path) });
        return { src: `/${this.getFileName(emitted)}`, type: "image/png", ...icon };
      });
      this.emitFile({ type: "asset", name, source: JSON.stringify({ ...MANIFEST, icons }) });
    },
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {} }) => {
        const file = Object.keys(bundle).find((each) => each.endsWith(".webmanifest"));
        if (file === undefined) throw new Error("There is no manifest");
        // Like all that the service serves it is for signed-in browsers, which send no cookie for it by themselves.
        const attrs = { rel: "manifest", href: `/${file}`, crossorigin: "use-credentials" };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}
