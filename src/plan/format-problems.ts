import { createColors } from 'picocolors';
import { displayWidth, printableInPlace } from '../text';
import type { PlanProblem } from './problem';

export interface FormatOptions {
  /** ANSI colours; default none. */
  color?: boolean;
  /** The most problems to print; the others are counted. Default: all. */
  limit?: number;
  /** The word before each rule's name; default `error`. */
  kind?: 'error' | 'warning';
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
  const { color = false, kind = 'error' } = options;
  const paint = createColors(color);
  const accent = kind === 'error' ? paint.red : paint.yellow;
  const out = [
    `${accent(paint.bold(kind))} ${paint.bold(printableInPlace(problem.message))} ${paint.dim(`[${problem.code}]`)}`,
    `  ${paint.cyan(printableInPlace(`${problem.file}:${problem.line}:${problem.column}`))}`,
  ];
  const line = lines?.[problem.line - 1]?.replace(/\r$/, '');
  if (line !== undefined) {
    const { text, before, marked } = window(line, problem.column - 1, (problem.endColumn ?? 0) - 1);
    const number = String(problem.line);
    const bar = paint.dim('│');
    out.push(`  ${paint.dim(number)} ${bar} ${printableInPlace(text)}`);
    const caret = accent('^'.repeat(Math.max(1, widthInPlace(marked))));
    out.push(`  ${' '.repeat(number.length)} ${bar} ${' '.repeat(widthInPlace(before))}${caret}`);
  }
  if (problem.fix) out.push(`  ${paint.green('fix')} ${printableInPlace(problem.fix)}`);
  return `${out.join('\n')}\n`;
}

const widest = 120;

/** A line cut to the width of a terminal, with the marked text in it. */
function window(line: string, start: number, end: number): { text: string; before: string; marked: string } {
  const from = line.length > widest ? Math.max(0, start - 40) : 0;
  const to = Math.min(line.length, from + widest);
  const lead = from > 0 ? '…' : '';
  return {
    text: lead + line.slice(from, to) + (to < line.length ? '…' : ''),
    before: lead + line.slice(from, start),
    marked: line.slice(start, Math.min(to, Math.max(end, start + 1))),
  };
}

const widthInPlace = (text: string) => displayWidth(printableInPlace(text));
