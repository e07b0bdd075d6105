import { Option } from 'commander';
import pc from 'picocolors';
import { jsonText, terminalLine, wrapped } from '../text';

export type OutputFormat = 'text' | 'json';

/** Of a command that prints a table; `wide`: text with all columns, however narrow the terminal is. */
export type TableFormat = OutputFormat | 'wide';

/** `-o json` for machines: stable, on stdout; everything else goes to stderr. */
export const outputOption = () =>
  new Option('-o, --output <format>', 'what to print on stdout').choices(['text', 'json']).default('text');

/** The same for a command that prints a table. */
export const tableOutputOption = () =>
  new Option('-o, --output <format>', 'what to print on stdout; wide: text with all columns of the table')
    .choices(['text', 'wide', 'json'])
    .default('text');

/** The columns of a terminal; undefined where the stream is none (a pipe, a file), which has room for any line. */
export const columnsOf = (stream: NodeJS.WriteStream = process.stdout): number | undefined =>
  stream.isTTY ? stream.columns || 80 : undefined;

/** The room that a table on stdout has. */
export const tableColumns = (output: string): number | undefined =>
  output === 'wide' ? undefined : columnsOf();

export function printJson(value: unknown): void {
  process.stdout.write(jsonText(value));
}

/** A line for people; on stderr where stdout belongs to a machine. */
export function printer(output: TableFormat): (line?: string) => void {
  return linesTo(output === 'json' ? process.stderr : process.stdout, { wraps: output !== 'wide' });
}

/**
 * Writes lines to a terminal or a log. Every line that holds texts of others goes this way: control characters are taken out.
 * On a terminal a line that is too long goes on in the next one, between two words.
 */
export const linesTo =
  (stream: NodeJS.WriteStream, { wraps = true } = {}) =>
  (line = ''): void => {
    const clean = terminalLine(line, colors(stream).isColorSupported);
    const columns = wraps ? columnsOf(stream) : undefined;
    const lines = columns === undefined ? [clean] : wrapped(clean, columns);
    stream.write(lines.map((one) => `${one}\n`).join(''));
  };

/** A line beside the result, on stderr. */
export const sayAside = (line: string): void => linesTo(process.stderr)(line);

/** Colours only on a terminal, and never with NO_COLOR. */
export const colors = (stream: NodeJS.WriteStream = process.stdout) =>
  pc.createColors(Boolean(stream.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb');
