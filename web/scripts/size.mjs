// Prints what a visitor downloads, gzipped, and fails when the scripts outgrow their budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 40 * 1024;
const folder = new URL("../dist/assets/", import.meta.url);
const sizes = readdirSync(folder).map((name) => ({
  name,
  bytes: gzipSync(readFileSync(new URL(name, folder))).length,
}));
const scripts = sizes.filter(({ name }) => name.endsWith(".js")).reduce((sum, { bytes }) => sum + bytes, 0);

console.log(`scripts: ${(scripts / 1024).toFixed(1)} KiB gzipped of ${BUDGET / 1024} KiB allowed`);
if (scripts > BUDGET) {
  console.error("The scripts are over their budget.");
  process.exit(1);
}
