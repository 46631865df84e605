import { defineConfig } from "vitest/config";

/** The browser tests: one Chromium, one running bot, hence one file after the other. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["e2e/**/*.test.ts"],
    // Vite keeps a BASE_URL of its own in the environment of tests.
    env: { BOT_URL: process.env.BASE_URL ?? "" },
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
