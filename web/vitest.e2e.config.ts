import { defineConfig } from "vitest/config";

/** The browser tests: one Chromium, one running bot, hence one file after the other. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
