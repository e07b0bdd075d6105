import { createColors } from 'picocolors';
import { clip, displayWidth, printableInPlace, wrapped } from '../text';
import type { PlanProblem } from './problem';

export interface FormatOptions {
  /** ANSI colours; default none. */
  color?: boolean;
  /** The most problems to print; the others are counted. Default: all. */
  limit?: number;
  /** The word before each rule's name; default `error`. */
  kind?: 'error' | 'warning';
  /** Of the terminal; default none, which has room for any line. */
  columns?: number;
}

/**
 * Problems as code frames, each with its line, the marked text, the rule and the fix.
 * `sources` are the texts by file name, as `readPlan` returns them.
 */
export function formatProblems(
  problems: readonly PlanProblem[],
  sources: ReadonlyMap<string, string>,
  options: FormatOptions = {},
): string {
  const { limit = problems.length } = options;
  const lines = new Map([...sources].map(([file, text]) => [file, text.split('\n')]));
  const frames = problems.slice(0, limit).map((problem) => frame(problem, lines.get(problem.file), options));
  const rest = problems.length - frames.length;
  if (rest > 0) frames.push(`… and ${rest} more\n`);
  return frames.join('\n');
}

/** A problem in one line, as compilers print it: `batch.yaml:3:12: error: unknown field … [unknown-field]`. */
export function formatProblemLine(problem: PlanProblem, kind: 'error' | 'warning' = 'error'): string {
  const fix = problem.fix ? ` (${problem.fix})` : '';
  const { file, line, column, code, message } = problem;
  return printableInPlace(`${file}:${line}:${column}: ${kind}: ${message}${fix} [${code}]`);
}

function frame(problem: PlanProblem, lines: string[] | undefined, options: FormatOptions): string {
  const { color = false, kind = 'error', columns } = options;
  const paint = createColors(color);
  const accent = kind === 'error' ? paint.red : paint.yellow;
  const prose = (line: string) => (columns === undefined ? [line] : wrapped(line, columns));
  const out = [
    ...prose(
      `${accent(paint.bold(kind))} ${paint.bold(printableInPlace(problem.message))} ${paint.dim(`[${problem.code}]`)}`,
    ),
    ...prose(`  ${paint.cyan(printableInPlace(`${problem.file}:${problem.line}:${problem.column}`))}`),
  ];
  const line = lines?.[problem.line - 1]?.replace(/\r$/, '');
  if (line !== undefined) {
    const number = String(problem.line);
    const margin = number.length + ' '.length * 2 + ' │ '.length;
    const room = Math.max(leastRoom, Math.min(widest, (columns ?? widest + margin) - margin));
    const { text, indent, marks } = excerpt(line, problem.column - 1, (problem.endColumn ?? 0) - 1, room);
    const bar = paint.dim('│');
    out.push(`  ${paint.dim(number)} ${bar} ${text}`);
    out.push(`  ${' '.repeat(number.length)} ${bar} ${' '.repeat(indent)}${accent('^'.repeat(marks))}`);
  }
  if (problem.fix) out.push(...prose(`  ${paint.green('fix')} ${printableInPlace(problem.fix)}`));
  return `${out.join('\n')}\n`;
}

/** Columns of a line that are shown: more are hard to read, fewer do not show the place. */
const widest = 120;
const leastRoom = 20;

/**
 * A line of a plan cut around what is marked in it, to so many columns; with the columns before the marks, and theirs. All
 * is counted as a terminal shows it: a Chinese letter takes two columns, a tab is shown as a blank.
 */
function excerpt(
  line: string,
  start: number,
  end: number,
  room: number,
): { text: string; indent: number; marks: number } {
  const before = printableInPlace(line.slice(0, start));
  const marked = printableInPlace(line.slice(start, Math.max(end, start + 1)));
  const whole = printableInPlace(line);
  const wide = displayWidth(before);
  const marks = Math.max(1, displayWidth(marked));
  if (displayWidth(whole) <= room) return { text: whole, indent: wide, marks };
  // A third of the room is for what stands before; more where the marks and the line's end leave it unused.
  const behind = displayWidth(whole) - wide;
  const kept = Math.min(wide, Math.max(Math.floor(room / 3), room - 1 - Math.min(behind, room - 1)));
  const lead = kept < wide ? `…${lastColumns(before, kept - 1)}` : before;
  const indent = displayWidth(lead);
  const text = clip(lead + whole.slice(before.length), room);
  return { text, indent, marks: Math.max(1, Math.min(marks, displayWidth(text) - indent)) };
}

/** The end of a text, in at most so many columns. */
function lastColumns(text: string, columns: number): string {
  let from = text.length;
  let width = 0;
  for (const { segment, index } of [...new Intl.Segmenter().segment(text)].reverse()) {
    width += displayWidth(segment);
    if (width > columns) break;
    from = index;
  }
  return text.slice(from);
}
