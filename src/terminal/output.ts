import { Option } from 'commander';
import pc from 'picocolors';
import { jsonText, terminalLine } from '../text';

export type OutputFormat = 'text' | 'json';

/** `-o json` for machines: stable, on stdout; everything else goes to stderr. */
export const outputOption = () =>
  new Option('-o, --output <format>', 'what to print on stdout').choices(['text', 'json']).default('text');

export function printJson(value: unknown): void {
  process.stdout.write(jsonText(value));
}

/** A line for people; on stderr where stdout belongs to a machine. */
export function printer(output: OutputFormat): (line?: string) => void {
  return linesTo(output === 'json' ? process.stderr : process.stdout);
}

/** Writes lines to a terminal or a log. Every line that holds texts of others goes this way: control characters are taken out. */
export const linesTo =
  (stream: NodeJS.WriteStream) =>
  (line = ''): void =>
    void stream.write(`${terminalLine(line, colors(stream).isColorSupported)}\n`);

/** A line beside the result, on stderr. */
export const sayAside = (line: string): void => linesTo(process.stderr)(line);

/** Colours only on a terminal, and never with NO_COLOR. */
export const colors = (stream: NodeJS.WriteStream = process.stdout) =>
  pc.createColors(Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
