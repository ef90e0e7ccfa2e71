import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { emojiData } from "./scripts/emojiData.ts";
import { installable } from "./scripts/installable.ts";

/** The folder that the internal service serves; git-ignored, made by `make setup`. */
const served = fileURLToPath(new URL("../src/casemate/internal_service/web_dist", import.meta.url));

/** What the first screen may weigh, gzipped; everything else is fetched when it is needed. */
const FIRST_LOAD_BYTES = 200_000;

/** Prints what the first load weighs, and fails the build when it is too much. */
function firstLoad(): Plugin {
  return {
    name: "first-load",
    apply: "build",
    generateBundle(_, bundle) {
      const first = new Set<string>();
      const add = (name: string): void => {
        const chunk = bundle[name];
        if (chunk?.type !== "chunk" || first.has(name)) return;
        first.add(name);
        for (const imported of chunk.imports) add(imported);
      };
      for (const [name, item] of Object.entries(bundle)) {
        if (item.type === "chunk" && item.isEntry) add(name);
        if (item.type === "asset" && name.endsWith(".css")) first.add(name);
      }
      const bytes = [...first].reduce((sum, name) => {
        const item = bundle[name];
        return sum + gzipSync(item?.type === "chunk" ? item.code : (item?.source ?? "")).length;
      }, 0);
      console.log(
        `first load: ${(bytes / 1000).toFixed(1)} kB gzipped of ${String(FIRST_LOAD_BYTES / 1000)} kB`,
      );
      if (bytes > FIRST_LOAD_BYTES)
        this.error("The first load is too heavy: load something later, or do without it");
    },
  };
}

const WORKER = "shell-worker.js";
const PAGE = "index.html";
const AHEAD = "ahead";
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+$/;

/** Tells the worker which files there are, and makes it another one when any of them is. */
function shellFiles(): Plugin {
  return {
    name: "shell-files",
    apply: "build",
    writeBundle({ dir = served }) {
      const build = createHash("sha256");
      const names = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
        .sort();
      for (const name of names) build.update(name).update(readFileSync(join(dir, name)));
      const files = names.filter((name) => name !== WORKER && name !== PAGE).map((name) => `/${name}`);
      const unhashed = files.filter((file) => !HASHED.test(file));
      if (unhashed.length > 0)
        throw new Error(
          `The worker would never ask for another ${unhashed.join(", ")}: its name stays the same`,
        );
      const worker = readFileSync(join(dir, WORKER), "utf8")
        .replace('["__FILES__"]', JSON.stringify(files))
        .replace("__BUILD__", build.digest("hex").slice(0, 16));
      writeFileSync(join(dir, WORKER), worker);
    },
  };
}

/** Names the script that runs before the others: `async`, so that it waits for nothing, and nothing is painted before. */
function ahead(): Plugin {
  return {
    name: "ahead",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {} }) => {
        const file = Object.keys(bundle).find((name) => {
          const item = bundle[name];
          return item?.type === "chunk" && item.name === AHEAD;
        });
        if (file === undefined) throw new Error("Nothing runs ahead of the page");
        const attrs = { type: "module", async: true, blocking: "render", crossorigin: true, src: `/${file}` };
        return [{ tag: "script", attrs, injectTo: "head-prepend" }];
      },
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), emojiData(), ahead(), installable(), firstLoad(), shellFiles()],
  build: {
    outDir: served,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    sourcemap: false,
    // What runs ahead comes with all that it imports: it waits for no other file. Nor does the first screen for many.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: AHEAD, test: /src\/ahead\.ts$/, priority: 1 },
            { name: "first", tags: ["$initial"] },
          ],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    // Rules that page and server have in common are tested by the same vectors.
    fs: { allow: [".", "../tests/vectors"] },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Machines that do much else at the same time are slow, not wrong.
    testTimeout: 30_000,
    // The test of the contrasts reads the colours where they are written.
    css: { include: [/tokens\.css/] },
  },
});
