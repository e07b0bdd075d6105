import type { PlanProblem } from '../problem';
import { problemAt, type SourceFile, type Span } from './source-file';

/** A cell of a CSV, with its place; the span includes its quotes. */
export interface CsvCell extends Span {
  text: string;
}

const separators = [',', ';', '\t'] as const;

/** A table of cells, each with its place. */
export interface CsvTable {
  rows: CsvCell[][];
  problems: PlanProblem[];
  /** Absent in an empty file. */
  separator?: string;
}

/**
 * Reads a CSV (RFC 4180) into rows of cells with their places, which CSV parsers do not give. The separator is the one that a
 * first line `sep=;` names, else `,`, `;` or the tab, whichever the header has most of. Empty lines and lines that begin with
 * `#` are left out. The rows end at a quote that is not closed: text after it cannot be read.
 */
export function readCsvText(source: SourceFile): CsvTable {
  const { text } = source;
  const rows: CsvCell[][] = [];
  const problems: PlanProblem[] = [];
  const complain = (start: number, end: number, message: string) =>
    problems.push(problemAt({ source, start, end }, { code: 'csv-syntax', message }));
  let separator: string | undefined;
  let at = 0;

  const quotedCell = (): CsvCell | undefined => {
    const start = at;
    let value = '';
    for (;;) {
      const quote = text.indexOf('"', at + 1);
      if (quote === -1) return undefined;
      value += text.slice(at + 1, quote);
      at = quote + 1;
      if (text[at] !== '"') break;
      value += '"';
    }
    const end = at;
    const rest = cellEnd(text, at, separator!);
    if (text.slice(at, rest).trim() !== '') {
      complain(at, rest, 'text after the closing quote; a quote within quotes is written twice ("")');
    }
    at = rest;
    return { source, start, end, text: value };
  };
  const plainCell = (): CsvCell => {
    const end = cellEnd(text, at, separator!);
    const raw = text.slice(at, end);
    const start = at + (raw.length - raw.trimStart().length);
    at = end;
    return { source, start, end: start + raw.trim().length, text: raw.trim() };
  };

  while (at < text.length) {
    const lineEnd = endOfLine(text, at);
    const line = text.slice(at, lineEnd);
    if (line.trim() === '' || line.startsWith('#')) {
      at = nextLine(text, lineEnd);
      continue;
    }
    // Excel's own line for other spreadsheets.
    const named = separator === undefined ? /^"?sep=(.)"?\s*$/i.exec(line)?.[1] : undefined;
    if (named !== undefined) {
      separator = named;
      at = nextLine(text, lineEnd);
      continue;
    }
    separator ??= separatorOf(line);
    const row: CsvCell[] = [];
    for (;;) {
      while (text[at] === ' ') at++;
      const start = at;
      const cell = text[at] === '"' ? quotedCell() : plainCell();
      if (!cell) {
        complain(start, endOfLine(text, start), 'this quote is never closed');
        return { rows, problems, separator };
      }
      row.push(cell);
      if (text[at] !== separator) break;
      at++;
    }
    at = nextLine(text, at);
    if (row.some((cell) => cell.text !== '')) rows.push(row);
  }
  return { rows, problems, separator };
}

function separatorOf(header: string): string {
  const count = (separator: string) => header.split(separator).length;
  return separators.reduce((best, one) => (count(one) > count(best) ? one : best));
}

function cellEnd(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' && end > from ? end - 1 : end;
}

function nextLine(text: string, lineEnd: number): number {
  const skipped = text[lineEnd] === '\r' ? lineEnd + 1 : lineEnd;
  return text[skipped] === '\n' ? skipped + 1 : skipped;
}
