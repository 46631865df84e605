// Runs the browser tests against real bots: for each brain a copy of its folder, an `sbf dev` on it with a state folder
// of its own, and for the article's brain the backend that it calls.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const program = join(root, "target", "debug", "sbf");

/** Starts a program and keeps it until `stop`. */
function start(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  child.on("error", (error) => {
    console.error(`${command} did not start: ${error.message}`);
    process.exitCode = 1;
  });
  return { child, stop: () => child.kill() };
}

/** The address that `sbf dev` prints. */
async function address(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const found = line.match(/http:\/\/\S+/);
    if (found) {
      child.stdout.resume();
      return found[0].replace(/\/$/, "");
    }
  }
  throw new Error("sbf dev ended before it printed its address");
}

async function test(brain, backend) {
  const folder = mkdtempSync(join(tmpdir(), "sbf-e2e-"));
  const copy = join(folder, "brain");
  cpSync(join(root, "brain", brain), copy, { recursive: true });
  const started = [];
  try {
    if (backend) started.push(start("python3", [join(root, "brain", brain, backend)]));
    const dev = start(program, ["dev", copy, "--port", "0", "--state", join(folder, "state")]);
    started.push(dev);
    const env = { ...process.env, BASE_URL: await address(dev.child), BRAIN_DIR: copy };
    console.log(`Browser tests on brain/${brain}`);
    return spawnSync("npm", ["run", "--silent", "e2e"], { cwd: join(root, "web"), env, stdio: "inherit" }).status === 0;
  } finally {
    for (const one of started) one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const passed = (await test("article", "backend.py")) && (await test("en"));
if (!passed) process.exitCode = 1;
