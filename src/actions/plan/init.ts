import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { starterPlan } from '../../plan';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { linesTo } from '../../terminal/output';
import { smcBatchCommand } from '../../text';

/** Where `init` asks what the flags do not say. */
export interface Terminal {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  /** False: there is no user to ask. */
  interactive: boolean;
}

const ownTerminal = (): Terminal => ({
  input: process.stdin,
  output: process.stderr,
  interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY),
});

export interface InitOptions {
  name?: string;
  region?: string;
  servers?: 'yaml' | 'csv';
  force?: boolean;
}

/** Writes a plan to edit; asks on the terminal for what the options do not say. */
export async function init(dir: string, options: InitOptions, terminal = ownTerminal()): Promise<void> {
  const answers = await answersFor(dir, options, terminal);
  const files = Object.entries(starterPlan(answers)).map(([name, text]) => ({
    file: path.join(dir, name),
    text,
  }));
  if (!options.force) await refuseToOverwrite(files.map(({ file }) => file));
  try {
    await mkdir(dir, { recursive: true });
    for (const { file, text } of files) await writeFile(file, text);
  } catch (error) {
    throw new CommandFailure(`The plan could not be written: ${(error as Error).message}`, exitCodes.usage);
  }
  const plan = path.join(dir, 'batch.yaml');
  const print = linesTo(process.stdout);
  for (const { file } of files) print(`wrote ${file}`);
  print(`Next: replace the example servers, then ${smcBatchCommand('validate', [plan])}`);
}

async function answersFor(dir: string, options: InitOptions, terminal: Terminal) {
  const fallback = {
    name: batchName(path.basename(path.resolve(dir))),
    region: 'cn-hangzhou',
    servers: 'yaml' as const,
  };
  const asked = terminal.interactive ? await ask(options, fallback, terminal) : {};
  const { name, region, servers } = { ...fallback, ...asked, ...options };
  if (name !== batchName(name)) {
    throw new CommandFailure(
      `${JSON.stringify(name)} is no batch name: 1 to 64 letters, digits, '-', '_' and '.'`,
      exitCodes.usage,
    );
  }
  if (servers !== 'yaml' && servers !== 'csv') {
    throw new CommandFailure('servers: yaml or csv', exitCodes.usage);
  }
  if (region.trim() === '') throw new CommandFailure('the region is empty', exitCodes.usage);
  return { name, regionId: region, servers };
}

/** A batch name as near to a text as the rules allow. */
function batchName(text: string): string {
  return text.replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 64) || 'my-batch';
}

async function ask(
  given: InitOptions,
  fallback: { name: string; region: string; servers: string },
  { input, output }: Terminal,
): Promise<Record<string, string>> {
  const questions = [
    ['name', 'Name of the batch'],
    ['region', 'Region of the images'],
    ['servers', 'Servers in the plan (yaml) or in a spreadsheet (csv)'],
  ] as const;
  const lines = createInterface({ input, output });
  const answers: Record<string, string> = {};
  // Ctrl-C and Ctrl-D close the input; its question would stay open for ever.
  const closed = new AbortController();
  lines.once('close', () => closed.abort());
  try {
    for (const [key, question] of questions) {
      if (given[key] !== undefined) continue;
      const answer = await lines.question(`${question} [${fallback[key]}]: `, { signal: closed.signal });
      if (answer.trim() !== '') answers[key] = answer.trim();
    }
  } catch (error) {
    if (!closed.signal.aborted) throw error;
    throw new CommandFailure(['', 'nothing was written'], exitCodes.cancelled);
  } finally {
    lines.close();
  }
  return answers;
}

async function refuseToOverwrite(files: string[]): Promise<void> {
  const there: string[] = [];
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found) there.push(file);
  }
  if (there.length === 0) return;
  const verb = there.length === 1 ? 'exists' : 'exist';
  throw new CommandFailure(
    `${there.join(', ')} ${verb}; --force overwrites, another directory leaves them alone`,
    exitCodes.usage,
  );
}
