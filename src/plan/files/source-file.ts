import { readFile, stat } from 'node:fs/promises';
import type { PlanProblem, PlanProblemCode } from '../problem';
import { decodeTable, type TableEncoding } from './text-encoding';

/** A file of the plan: its text, and the line and column of each offset. */
export interface SourceFile {
  /** The path as the user gave it. */
  file: string;
  text: string;
  /** Of a table: nothing but its bytes says that it has this encoding. */
  guessedEncoding?: TableEncoding;
  /** From 1. */
  lineOf(offset: number): { line: number; column: number };
}

/** A part of a source file; `end` is exclusive. */
export interface Span {
  source: SourceFile;
  start: number;
  end: number;
}

// 10,000 servers with all settings take about 10 MiB; a disk image given by mistake takes more.
const largestMiB = 64;

/** A file that cannot be read, as one problem without a place. */
export interface Unreadable {
  code: PlanProblemCode;
  message: string;
  fix?: string;
}

/** Reads a file as UTF-8. It never throws: a file that cannot be read is given as one problem. */
export const readSourceFile = (file: string) =>
  readBytes(file, (bytes) => {
    try {
      return { source: sourceFile(file, new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
    } catch {
      const fix = 'save it as UTF-8: in Notepad, "Save as" has a field for the encoding';
      return { code: 'file-not-utf8', message: `${file} is not UTF-8 text`, fix };
    }
  });

/** Reads a table in the encoding that it has; `undefined`: found by its bytes. Devices and pipes are refused. */
export const readTableFile = (file: string, encoding: TableEncoding | undefined) =>
  readBytes(
    file,
    (bytes) => {
      const table = decodeTable(bytes, encoding);
      if ('text' in table) return { source: sourceFile(file, table.text, table.guessed) };
      return { code: 'file-not-utf8', message: `${file} ${table.message}`, fix: table.fix };
    },
    { onlyFiles: true },
  );

type SourceRead = { source: SourceFile } | Unreadable;

async function readBytes(
  file: string,
  read: (bytes: Uint8Array) => SourceRead,
  { onlyFiles = false } = {},
): Promise<SourceRead> {
  try {
    const found = await stat(file);
    if (onlyFiles && !found.isFile() && !found.isDirectory()) {
      return { code: 'file-unreadable', message: `${file} cannot be read: it is no file` };
    }
    if (found.size > largestMiB * 2 ** 20) {
      return { code: 'file-too-large', message: `${file} is larger than ${largestMiB} MiB` };
    }
    return read(await readFile(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { code: 'file-not-found', message: `${file} does not exist` };
    const why = code === 'EISDIR' ? 'it is a directory' : code === 'EACCES' ? 'permission denied' : code;
    return { code: 'file-unreadable', message: `${file} cannot be read: ${why ?? String(error)}` };
  }
}

/** Makes a source file from a text. */
function sourceFile(file: string, text: string, guessedEncoding?: TableEncoding): SourceFile {
  let lineStarts: number[] | undefined;
  return {
    file,
    text,
    guessedEncoding,
    lineOf(offset) {
      lineStarts ??= startsOfLines(text);
      let low = 0;
      let high = lineStarts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (lineStarts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - lineStarts[low]! + 1 };
    },
  };
}

/** The problem at a span; a span over several lines is cut at the end of its first line. */
export function problemAt(span: Span, problem: Pick<PlanProblem, 'code' | 'message' | 'fix'>): PlanProblem {
  const { source, start } = span;
  const { line, column } = source.lineOf(start);
  const lineEnd = source.text.slice(start, span.end).search(/[ \t]*\r?\n/);
  const length = Math.max(1, lineEnd === -1 ? span.end - start : lineEnd);
  const { code, message, fix } = problem;
  return {
    code,
    message,
    ...(fix === undefined ? {} : { fix }),
    file: source.file,
    line,
    column,
    endColumn: column + length,
  };
}

/** The part of a span that has this text; the whole span where it stands there in another way, as an escape. */
export function markedSpan(span: Span, mark: string | undefined): Span {
  const at = mark === undefined ? -1 : span.source.text.slice(span.start, span.end).indexOf(mark);
  return at === -1 ? span : { ...span, start: span.start + at, end: span.start + at + mark!.length };
}

/** What is told of a table whose encoding was guessed: the names in it may be other ones. */
export function encodingWarnings(source: SourceFile): PlanProblem[] {
  if (source.guessedEncoding === undefined) return [];
  const message = `${source.file} is not UTF-8: it was read as ${source.guessedEncoding}`;
  const fix = `if its names are right, write encoding: ${source.guessedEncoding} beside its columns; if not, save it as "CSV UTF-8"`;
  return [problemAt({ source, start: 0, end: 1 }, { code: 'csv-encoding', message, fix })];
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
