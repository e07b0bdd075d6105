// How long commands take to start, as multiples of an empty Node process; medians of turns taken one after the other.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'src', 'cli.js');
const turns = Number(process.argv[2] ?? 11);

const commands = {
  'node -e 0': ['-e', '0'],
  'smc-batch --help': [cli, '--help'],
  'smc-batch validate': [cli, 'validate', join(root, 'examples', 'small.yaml')],
};
const times = new Map(Object.keys(commands).map((name) => [name, []]));
for (let turn = 0; turn < turns; turn++) {
  for (const [name, args] of Object.entries(commands)) {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name} ended with exit code ${status}`);
    times.get(name).push(performance.now() - started);
  }
}
const median = (name) => times.get(name).toSorted((a, b) => a - b)[Math.floor(turns / 2)];
const empty = median('node -e 0');
for (const name of times.keys()) {
  const ms = median(name);
  console.log(
    `${name.padEnd(20)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / empty).toFixed(1).padStart(4)} times an empty Node`,
  );
}
