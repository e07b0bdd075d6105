// Tells random stories of whole accounts (test/stories) on all cores:
//   npm run stories -- --count 5000 --seed 1
// One story again, step by step: npm run stories -- --seed 123 --count 1 --trace
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadTypeScript } from './typescript.mjs';

const portion = 25;

function stories() {
  loadTypeScript();
  return createRequire(import.meta.url)('../test/stories/tell-stories.ts');
}

if (isMainThread) await main();
else {
  const { tellStories } = stories();
  parentPort.on('message', ({ seed, count }) => parentPort.postMessage(tellStories(seed, count, workerData)));
}

async function main() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      trace: { type: 'boolean', default: false },
    },
  });
  const [count, seed, workers] = [values.count, values.seed, values.workers].map(Number);
  if (values.trace) {
    traceOne(seed);
    return;
  }
  const began = performance.now();
  const all = await tellAll({ seed, count, workers });
  const minutes = (performance.now() - began) / 60_000;
  for (const [what, times] of Object.entries(all.seen).sort())
    console.log(`${String(times).padStart(9)}  ${what}`);
  console.log(
    `${all.told} stories, ${all.steps} steps in ${(minutes * 60).toFixed(1)} s: ` +
      `${Math.round(all.told / minutes)} stories a minute with ${workers} workers; ${all.failed.length} failed`,
  );
  for (const { seed: one, what } of all.failed) {
    console.log(`\nstory ${one}: ${what.slice(0, 1_000)}`);
    console.log(`again: npm run stories -- --seed ${one} --count 1 --trace`);
  }
  process.exitCode = all.failed.length > 0 ? 1 : 0;
}

/** What happens in one story, line by line. */
function traceOne(seed) {
  const { traceStory } = stories();
  const { failed } = traceStory(seed, console.log);
  if (failed) console.log(`\n${failed.what}`);
  process.exitCode = failed ? 1 : 0;
}

/** Each worker takes the next portion as soon as it is done with one. */
async function tellAll({ seed, count, workers }) {
  const all = { told: 0, steps: 0, seen: {}, failed: [] };
  let next = 0;
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fileURLToPath(import.meta.url), {
        workerData: {},
        // A story leaves much behind, and nothing of it is needed for long.
        resourceLimits: { maxYoungGenerationSizeMb: 64 },
      });
      const goOn = () => {
        const size = Math.min(portion, count - next);
        if (size <= 0 || all.failed.length >= 5) return resolve(worker.terminate());
        worker.postMessage({ seed: seed + next, count: size });
        next += size;
      };
      worker.on('message', ({ told, steps, seen, failed }) => {
        all.told += told;
        all.steps += steps;
        all.failed.push(...failed);
        for (const [what, times] of Object.entries(seen)) all.seen[what] = (all.seen[what] ?? 0) + times;
        goOn();
      });
      worker.on('error', reject);
      goOn();
    });
  await Promise.all(Array.from({ length: workers }, work));
  return all;
}
