import { defineConfig } from "vitest/config";

/** Signing in needs a bot with a provider beside it; all else needs one without. */
const SIGN_IN = "e2e/signin.test.ts";
const signsIn = (process.env.OIDC_ISSUER ?? "") !== "";

/** The browser tests: one Chromium, one running bot, hence one file after the other. */
export default defineConfig({
  test: {
    environment: "node",
    include: signsIn ? [SIGN_IN] : ["e2e/**/*.test.ts"],
    exclude: signsIn ? [] : [SIGN_IN],
    // Vite keeps a BASE_URL of its own in the environment of tests.
    env: { BOT_URL: process.env.BASE_URL ?? "" },
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
