// nlp.js and this classifier side by side on the corpora of a folder: `make nlpjs`.
//
// nlp.js learns in the order of its file and collapses on sorted ones, so that the training lines are shuffled with a fixed seed. Times are of
// one process each on the same machine, one after the other; read them as a ratio.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import nlp from "node-nlp";

const [program, folder] = process.argv.slice(2);
const LANGUAGES = { nlpjs_es: "es" };

function lines(file) {
  const rows = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  return rows.filter((row) => row.trim() !== "").map((row) => row.split("\t"));
}

/** Fisher and Yates, with a small seeded generator (mulberry32). */
function shuffled(rows, seed) {
  const list = [...rows];
  let state = seed;
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(chance() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return list;
}

async function measure(corpus) {
  const [train, test] = ["train.tsv", "test.tsv"].map((file) => lines(join(folder, corpus, file)));
  if (test.length === 0) return null;
  const language = LANGUAGES[corpus] ?? "en";
  const manager = new nlp.NlpManager({ languages: [language], nlu: { log: false }, autoSave: false, autoLoad: false });
  for (const [label, utterance] of shuffled(train, 42)) manager.addDocument(language, utterance, label);
  const start = performance.now();
  await manager.train();
  const seconds = (performance.now() - start) / 1000;
  let right = 0;
  const times = [];
  for (const warm of [true, false]) {
    for (const [label, utterance] of test) {
      const before = performance.now();
      const { intent } = await manager.process(language, utterance);
      if (warm) continue;
      times.push((performance.now() - before) * 1000);
      if (intent === label) right++;
    }
  }
  times.sort((a, b) => a - b);
  return { accuracy: right / test.length, seconds, p50: times[Math.floor(times.length / 2)] };
}

const { stdout, status } = spawnSync(program, ["bench", "nlu", "--data", folder, "--json"], { maxBuffer: 1 << 26 });
if (status !== 0) throw new Error(`${program} bench nlu ended with status ${status}`);
const ours = new Map(JSON.parse(stdout).map((row) => [row.corpus, row]));

console.log("| corpus | accuracy: nlp.js | ours | training s: nlp.js | ours | answer, median µs: nlp.js | ours |");
console.log("|---|---|---|---|---|---|---|");
for (const corpus of readdirSync(folder).sort()) {
  const own = ours.get(corpus);
  const peer = own && (await measure(corpus));
  if (!peer) continue;
  const percent = (share) => (100 * share).toFixed(1);
  const cells = [percent(peer.accuracy), percent(own.accuracy), peer.seconds.toFixed(2), own.train_seconds.toFixed(2)];
  console.log(`| ${[corpus, ...cells, peer.p50.toFixed(0), own.classify_us_p50.toFixed(1)].join(" | ")} |`);
}
