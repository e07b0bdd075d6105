// Judges the judge: plants one bug after the other in a scratch copy of the workflows, and tells the stories of the test
// slice until one of them notices. Prints the table of docs/stories.md; `--only WORD` plants some of them.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { bugs } from './planted-bugs/bugs.mjs';
import { loadTypeScript } from './typescript.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** As many stories as the test slice tells. */
const slice = 400;

if (isMainThread) await main();
else parentPort.postMessage(storiesUntilNoticed(workerData));

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    },
  });
  const planted = bugs.filter(({ name }) => name.match(new RegExp(values.only)));
  const queue = planted.entries();
  const rows = [];
  // Each bug is one file: what all the others are in JavaScript is found out once.
  const known = new Map();
  loadTypeScript(known);
  createRequire(import.meta.url)('../test/stories/tell-stories.ts');
  const work = async () => {
    for (const [nth, bug] of queue) {
      rows[nth] = { bug, ...(await judged(bug, known)) };
      console.error(`${bug.name}: ${rows[nth].rule ?? 'NOT NOTICED'}`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
  console.log('| bug | where | noticed by | after stories |\n| --- | --- | --- | --- |');
  for (const { bug, rule, told } of rows)
    console.log(`| ${bug.name} | \`${bug.file}\` | ${rule ?? '**nothing**'} | ${told} |`);
  process.exitCode = rows.every(({ rule }) => rule) ? 0 : 1;
}

function judged(bug, known) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { bug, known },
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

function storiesUntilNoticed({ bug, known }) {
  const scratch = mkdtempSync(join(tmpdir(), 'smc-batch-bug-'));
  try {
    plant(scratch, bug);
    loadTypeScript(known);
    const { tellStories } = createRequire(import.meta.url)(join(scratch, 'test/stories/tell-stories.ts'));
    const { told, failed } = tellStories(1, slice, { mostFailed: 1 });
    return { told, rule: failed[0]?.rule };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A copy of what may be wrong and of who judges it; all else is as it is. */
function plant(scratch, { name, file, from, to }) {
  for (const folder of ['workflows', 'test/stories']) {
    mkdirSync(dirname(join(scratch, folder)), { recursive: true });
    cpSync(join(root, folder), join(scratch, folder), { recursive: true });
  }
  // Judging a source is a decision of the workflows as well.
  cpSync(join(root, 'src'), join(scratch, 'src'), { recursive: true });
  for (const link of ['node_modules', 'activities'])
    symlinkSync(join(root, link), join(scratch, link), 'dir');
  const path = join(scratch, file);
  const text = readFileSync(path, 'utf8');
  const places = text.split(from).length - 1;
  if (places !== 1)
    throw new Error(`'${name}' cannot be planted: ${file} has its text ${places} times: ${from}`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
