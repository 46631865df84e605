// Prints what a visitor downloads, gzipped, and fails when the scripts outgrow their budgets.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const folder = new URL("../dist/assets/", import.meta.url);
const sizes = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => ({ name, bytes: gzipSync(readFileSync(new URL(name, folder))).length }));

/** Checks the scripts that `belong` against so many KiB. */
function check(what, budget, belong) {
  const bytes = sizes.filter(belong).reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`${what}: ${(bytes / 1024).toFixed(1)} KiB gzipped of ${budget} KiB allowed`);
  if (bytes <= budget * 1024) return;
  console.error("The scripts are over their budget.");
  process.exitCode = 1;
}

const signsIn = ({ name }) => name.startsWith("oidc-");
check("scripts", 40, (script) => !signsIn(script));
check("signing in, loaded only where people do", 20, signsIn);
