import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The bot that the development server speaks to: a running `sbf dev`. */
const bot = process.env.SBF_URL ?? "http://127.0.0.1:8080";

/**
 * The shipped page carries a strict Content-Security-Policy; Vite's own development server needs inline styles and scripts,
 * so the policy is left out there, and only there.
 */
function policyOnlyWhenBuilt(): Plugin {
  return {
    name: "policy-only-when-built",
    apply: "serve",
    transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ""),
  };
}

/** `sbf dev` refuses a foreign Host and Origin, so both are rewritten on the way. */
const toTheBot = { target: bot, changeOrigin: true, headers: { origin: bot } };

export default defineConfig({
  // Relative addresses: the page works at the root of a host and in any folder of one.
  base: "./",
  plugins: [policyOnlyWhenBuilt()],
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    proxy: {
      "/core": toTheBot,
      "/services": toTheBot,
      "/client.json": toTheBot,
      "/health": toTheBot,
      "/dev": toTheBot,
    },
  },
  test: { include: ["test/**/*.test.{ts,tsx}"] },
});
