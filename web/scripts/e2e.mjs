// Runs the browser tests against real bots: for each brain a copy of its folder, an `sbf dev` on it with a state folder
// of its own, and for the article's brain the backend that it calls.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { startProvider, TOKEN_SECONDS } from "../e2e/provider.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const program = join(root, "target", "debug", "sbf");

/** Starts a program and keeps it until `stop`. */
function start(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  child.on("error", (error) => {
    console.error(`${command} did not start: ${error.message}`);
    process.exitCode = 1;
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill();
    await once(child, "exit"); // What it still writes is not written into a folder that is being removed.
  };
  return { child, stop };
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
    for (const one of started) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A port that was free a moment ago: the provider must know the page's address before the page is there. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Signing in: a provider on loopback, and a bot that takes its tokens and no others. */
async function testSignIn() {
  const folder = mkdtempSync(join(tmpdir(), "sbf-e2e-"));
  const port = await freePort();
  const { issuer, key, stop } = await startProvider(`http://localhost:${port}/`);
  const options = ["--port", String(port), "--oidc-issuer", issuer, "--oidc-client-id", "page"];
  const dev = start(program, ["dev", join(root, "brain", "en"), "--state", join(folder, "state"), ...options]);
  try {
    const bot = { BASE_URL: await address(dev.child), OIDC_ISSUER: issuer, OIDC_KEY: JSON.stringify(key) };
    const env = { ...process.env, ...bot, OIDC_TOKEN_SECONDS: String(TOKEN_SECONDS) };
    console.log("Browser tests of signing in");
    // Not spawnSync: the provider answers in this process.
    const tests = spawn("npm", ["run", "--silent", "e2e"], { cwd: join(root, "web"), env, stdio: "inherit" });
    const [status] = await once(tests, "close");
    return status === 0;
  } finally {
    await dev.stop();
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const only = process.argv[2];
const runs = { article: () => test("article", "backend.py"), en: () => test("en"), signin: testSignIn };
let passed = true;
for (const [name, run] of Object.entries(runs)) {
  if (passed && (only === undefined || only === name)) passed = await run();
}
if (!passed) process.exitCode = 1;
