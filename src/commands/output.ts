import { Option } from 'commander';
import pc from 'picocolors';

export type OutputFormat = 'text' | 'json';

/** `-o json` for machines: stable, on stdout; everything else goes to stderr. */
export const outputOption = () =>
  new Option('-o, --output <format>', 'what to print on stdout').choices(['text', 'json']).default('text');

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A line for people; on stderr where stdout belongs to a machine. */
export function printer(output: OutputFormat): (line?: string) => void {
  const stream = output === 'json' ? process.stderr : process.stdout;
  return (line = '') => void stream.write(`${line}\n`);
}

/** Colours only on a terminal, and never with NO_COLOR. */
export const colors = (stream: NodeJS.WriteStream = process.stdout) =>
  pc.createColors(Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
