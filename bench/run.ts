/**
 * `npm run bench`: how well smc-batch uses the quota and what it costs, in ratios of one run on this machine. Here are the
 * command line and the parts; each other file of this folder is one thing that is measured or what it is measured with.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, loadavg, platform } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { packageRoot, temporalCli } from '../src/temporal';
import { actions } from './actions';
import { asMarkdown, asText, type Figures } from './figures';
import { handover } from './handover';
import { makespan, script } from './makespan';
import { memory } from './memory';
import { overhead, scale } from './overhead';
import { pageWith } from './page';
import type { StageOptions } from './stage';

interface Part {
  title: string;
  measure(options: StageOptions & Pick<Options, 'quick' | 'stretch' | 'servers'>): Promise<Figures>;
  /** It is given up after so long. */
  minutes: number;
}

interface Options {
  only: string[];
  quick: boolean;
  stretch: number;
  /** The sizes of the batches of `handover`. */
  servers?: number[];
}

const parts: Record<string, Part> = {
  makespan: { title: 'Makespan, API calls and history', measure: makespan, minutes: 60 },
  script: { title: 'The same by a script', measure: script, minutes: 60 },
  handover: { title: 'From one job to the next', measure: handover, minutes: 40 },
  overhead: { title: 'Orchestration overhead', measure: overhead, minutes: 15 },
  scale: { title: 'Cost by the size of the batch', measure: scale, minutes: 60 },
  actions: { title: 'Events and actions', measure: actions, minutes: 15 },
  memory: { title: 'Memory of a worker', measure: memory, minutes: 10 },
};

const usage = `npm run bench [-- --only PART,…] [--quick] [--stretch N] [--servers N,…]
  --only    ${Object.keys(parts).join(', ')}; default: all of them, in this order
  --quick   smaller, and only printed: docs/benchmarks.md stays as it is
  --stretch makespan and script take N times as long, so that a machine busy with other things weighs N times less
  --servers sizes of the batches of handover; default 200,1000`;

void main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === 'help') return 0;
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupt.abort(new Error(`ended by ${signal}`)));

  const began = performance.now();
  const say = (line: string) =>
    process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  const sections = new Map<string, string>();
  const where = await machine(say);
  for (const name of options.only) {
    const { title, measure, minutes } = parts[name]!;
    say(`${name} …`);
    const late = AbortSignal.timeout(minutes * options.stretch * 60_000);
    const signal = AbortSignal.any([interrupt.signal, late]);
    const load = loadavg()[0]!.toFixed(1);
    const stretched = options.stretch > 1 ? ` --stretch ${options.stretch}` : '';
    const figures = await measure({ ...options, signal, say });
    process.stdout.write(`\n${asText(figures)}\n\n`);
    const how = `${new Date().toISOString().slice(0, 10)}, \`npm run bench -- --only ${name}${stretched}\`: ${where}, load ${load} before it began.`;
    sections.set(title, `${asMarkdown(figures)}\n\n${how}`);
  }
  if (!options.quick) {
    const file = join(packageRoot(), 'docs', 'benchmarks.md');
    const order = Object.values(parts).map(({ title }) => title);
    writeFileSync(file, pageWith(existsSync(file) ? readFileSync(file, 'utf8') : '', sections, order));
    say(`written: ${file}`);
  }
  return 0;
}

function readOptions(): Options | 'help' | undefined {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean' },
        stretch: { type: 'string' },
        servers: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const only = values.only?.split(',') ?? Object.keys(parts);
    const unknown = only.filter((name) => !parts[name]);
    if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}.`);
    const stretch = Number(values.stretch ?? 1);
    if (!(stretch >= 1 && stretch <= 20)) throw new Error('--stretch is a number from 1 to 20.');
    const servers = values.servers?.split(',').map(Number);
    if (servers?.some((size) => !(Number.isInteger(size) && size >= 51)))
      throw new Error('--servers are numbers from 51 on, more than the 50 that run at once.');
    if (!values.help) return { only, quick: values.quick ?? false, stretch, servers };
    process.stdout.write(`${usage}\n`);
    return 'help';
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    return undefined;
  }
}

async function machine(say: (line: string) => void): Promise<string> {
  const { stdout } = await promisify(execFile)(await temporalCli(say), ['--version']);
  const versionOf = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const ours = versionOf(join(packageRoot(), 'package.json'));
  const sdk = versionOf(require.resolve('@temporalio/worker/package.json'));
  const server = /Server ([\d.]+)/i.exec(stdout)?.[1] ?? stdout.trim();
  return `smc-batch ${ours}, Temporal server ${server} in memory, SDK ${sdk}, Node ${process.versions.node}, ${platform()} ${arch()}, ${availableParallelism()} cores`;
}
