import { defineConfig } from "vitest/config";
import solid from "vite-plugin-solid";

export default defineConfig({
  plugins: [solid()],
  // Paths stay relative: `gallop serve` puts the page under a folder whose name is the token.
  base: "./",
  build: {
    target: ["es2022", "safari16"],
    modulePreload: { polyfill: false },
    // The content security policy knows no data: fonts.
    assetsInlineLimit: 0,
  },
  server: { host: "127.0.0.1", strictPort: true, port: 5173 },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
