import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The folder that the internal service serves; git-ignored, made by `make setup`. */
const served = fileURLToPath(new URL("../src/casemate/internal_service/web_dist", import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { outDir: served, emptyOutDir: true, assetsInlineLimit: 0, sourcemap: false },
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // The test of the contrasts reads the colours where they are written.
    css: { include: [/tokens\.css/] },
  },
});
