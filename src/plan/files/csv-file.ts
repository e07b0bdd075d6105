import type { z } from 'zod';
import { type PlanPart, type PlanPath, type PlanProblem, pathText } from '../problem';
import { planServerSchema } from '../schema/plan-schema';
import { isTagsCell, type NumberStyle, readCell } from './cell-values';
import { type CsvColumn, csvColumns } from './csv-columns';
import { type CsvCell, readCsvText } from './csv-text';
import { type ColumnRule, headerKey, missingHeaders } from './header-rules';
import { problemAt, type SourceFile, type Span } from './source-file';

/** How a table is read whose headers are not the plan's fields. */
export interface TableRules {
  columns?: Readonly<Record<string, ColumnRule>>;
  /** Rows that count: those with one of these texts in the column; case does not matter. */
  rows?: Readonly<Record<string, readonly string[]>>;
  /** The fields of a server; default: those of a plan. */
  schema?: z.core.$ZodType;
  /** Fields of which one must have a column; default: those that name a source, and `done`. */
  sources?: readonly string[];
}

/** The servers of a CSV: its first row names their fields, each row below is one server. */
export interface ServersFromCsv {
  /** The servers as in a plan; empty where no column gives the source. */
  rows: unknown[];
  problems: PlanProblem[];
  /** Headers that the rules name but the file does not have. */
  unusedColumns: string[];
  /** Rows that do not count. */
  rowsLeftOut: number;
  /** The place of a path in a row; the place of a field name is its header. */
  locate(row: number, path: PlanPath, part?: PlanPart): Span;
}

/**
 * Reads servers from a CSV; undefined when the file is not a CSV of servers: its first line names no field of a server, or it
 * is not text.
 */
export function readServersCsv(source: SourceFile, rules: TableRules = {}): ServersFromCsv | undefined {
  const { columns: ofHeaders = {}, rows: wanted = {}, schema = planServerSchema, sources = ofPlans } = rules;
  if (source.text.includes('\0')) return undefined;
  const read = readCsvText(source);
  const [headers, ...all] = read.rows;
  const atStart: Span = { source, start: 0, end: 1 };
  if (!headers) {
    const message = `${source.file} is empty: its first line names the fields, like sourceId,name,wave`;
    const problem = problemAt(atStart, { code: 'csv-header', message });
    return {
      rows: [],
      problems: [...read.problems, problem],
      unusedColumns: [],
      rowsLeftOut: 0,
      locate: () => atStart,
    };
  }
  const { columns, problems } = csvColumns(headers, schema, ofHeaders);
  // A mistyped header, or one that the rules name, is a column, too.
  const named = headers.length - missingHeaders(keyed(headers), Object.keys(ofHeaders)).length;
  if (columns.every((column) => column === undefined) && named === 0) return undefined;
  const rows = rowsThatCount(headers, all, wanted);
  const style: NumberStyle = { decimalComma: read.separator === ';' };
  problems.unshift(...read.problems, ...strayCells(headers, rows), ...unreadCells(rows, columns, style));
  const hasSource = columns.some((column) => column && sources.includes(String(column.path[0])));
  const headerRow = { source, start: headers[0]!.start, end: headers.at(-1)!.end };
  if (!hasSource) {
    const message = `no column ${sources === ofPlans ? 'sourceId or sourceName' : sources.join(', ')}`;
    problems.push(problemAt(headerRow, { code: 'csv-header', message }));
  } else if (rows.length === 0 && read.problems.length === 0) {
    const message =
      all.length > 0 ? `none of the ${all.length} rows counts` : 'there is no server below the header';
    problems.push(problemAt(headerRow, { code: 'no-servers', message }));
  }
  const texts = headers.map(({ text }) => text);
  return {
    rows: hasSource ? rows.map((row) => treeValue(rowTree(row, columns), style)) : [],
    problems,
    unusedColumns: [...new Set([...missingHeaders(ofHeaders, texts), ...missingHeaders(wanted, texts)])],
    rowsLeftOut: all.length - rows.length,
    locate: (row, path, part) => placeOf(rows[row]!, columns, path, part),
  };
}

const ofPlans = ['sourceId', 'sourceName', 'done'] as const;

const keyed = (headers: CsvCell[]): Record<string, string> =>
  Object.fromEntries(headers.map(({ text }) => [text, text]));

/** The rows that have one of the wanted texts in each of these columns; a column that the file does not have is no condition. */
function rowsThatCount(
  headers: CsvCell[],
  rows: CsvCell[][],
  wanted: Readonly<Record<string, readonly string[]>>,
): CsvCell[][] {
  const loose = (text: string) => headerKey(text).toLowerCase();
  const conditions = Object.entries(wanted).flatMap(([header, texts]) => {
    const at = headers.findIndex(({ text }) => loose(text) === loose(header));
    return at === -1 ? [] : [{ at, texts: new Set(texts.map(loose)) }];
  });
  if (conditions.length === 0) return rows;
  return rows.filter((row) => conditions.every(({ at, texts }) => texts.has(loose(row[at]?.text ?? ''))));
}

/** Finds cells that their fields cannot have. */
function unreadCells(
  rows: CsvCell[][],
  columns: (CsvColumn | undefined)[],
  style: NumberStyle,
): PlanProblem[] {
  return rows.flatMap((row) =>
    columns.flatMap((column, i) => {
      const cell = row[i];
      if (!column || !cell?.text) return [];
      const read = readCell(cell.text, column, style);
      if (!('message' in read)) return [];
      const message = `${pathText(column.path.filter((step) => step !== ''))}: ${read.message}`;
      return [problemAt(cell, { code: 'invalid-value', message, fix: read.fix })];
    }),
  );
}

/** Finds values in columns without a header. */
function strayCells(headers: CsvCell[], rows: CsvCell[][]): PlanProblem[] {
  return rows.flatMap((row) => {
    const stray = row.find((cell, i) => cell.text !== '' && !headers[i]?.text);
    const message = 'this value has no header';
    const fix = 'put a value with a separator in it into quotes';
    return stray ? [problemAt(stray, { code: 'csv-syntax', message, fix })] : [];
  });
}

/** A filled cell and its column. */
class Leaf {
  constructor(
    readonly cell: CsvCell,
    readonly column: CsvColumn,
    /** Another cell of the same list. */
    readonly before?: Leaf,
  ) {}
}
/** Fields by name, or the entries of a list by position. */
type Branch = Map<string | number, Leaf | Branch>;

/** The server that a row describes: its cells are in the places of their values. Empty cells are left out. */
function rowTree(row: CsvCell[], columns: (CsvColumn | undefined)[]): Branch {
  const root: Branch = new Map();
  columns.forEach((column, i) => {
    const cell = row[i];
    if (!column || !cell || cell.text === '') return;
    const way = column.path.slice(0, -1);
    let here = root;
    for (const step of way) {
      const next = here.get(step);
      const branch: Branch = next instanceof Map ? next : new Map();
      here.set(step, branch);
      here = branch;
    }
    const last = column.path.at(-1)!;
    const before = here.get(last);
    here.set(last, before instanceof Leaf ? new Leaf(cell, column, before) : new Leaf(cell, column));
  });
  return root;
}

/** The entries of a list in the order of their positions, without gaps; undefined when the branch is not a list. */
function listOf(branch: Branch): [number, Leaf | Branch][] | undefined {
  const entries = [...branch].filter(
    (entry): entry is [number, Leaf | Branch] => typeof entry[0] === 'number',
  );
  return entries.length > 0 ? entries.sort(([a], [b]) => a - b) : undefined;
}

function treeValue(tree: Leaf | Branch, style: NumberStyle, name = ''): unknown {
  if (tree instanceof Leaf) return leafValue(tree, style);
  const list = listOf(tree);
  if (list)
    return list.flatMap(([position, inner]) => {
      const value = treeValue(inner, style);
      // An entry with a cell that cannot be read is left out with it: that cell is the problem.
      if (hasUnread(inner, style)) return [];
      // dataDisks[2].size is the size of the source's disk 2, unless dataDisks[2].index says otherwise.
      return [name === 'dataDisks' ? { index: position, ...(value as object) } : value];
    });
  const fields = [...tree].flatMap(([step, inner]): [string, unknown][] => {
    const value = treeValue(inner, style, String(step));
    return value === undefined || isAllTags(inner) ? [] : [[String(step), value]];
  });
  const allTags = [...tree.values()].filter(isAllTags).map((leaf) => treeValue(leaf, style));
  // A column of one tag says more than the cell of all.
  return Object.fromEntries([...allTags.flatMap((tags) => Object.entries(tags ?? {})), ...fields]);
}

const isAllTags = (tree: Leaf | Branch) => tree instanceof Leaf && isTagsCell(tree.column.path);

const hasUnread = (tree: Leaf | Branch, style: NumberStyle): boolean =>
  tree instanceof Leaf
    ? leafValue(tree, style) === undefined
    : [...tree.values()].some((inner) => hasUnread(inner, style));

/** A cell that its field cannot have is a problem of its own, and no value. */
function leafValue({ cell, column, before }: Leaf, style: NumberStyle): unknown {
  const read = readCell(cell.text, column, style);
  const value = 'value' in read ? read.value : undefined;
  const others = before && leafValue(before, style);
  return Array.isArray(others) && Array.isArray(value) ? [...others, ...value] : value;
}

function placeOf(
  row: CsvCell[],
  columns: (CsvColumn | undefined)[],
  path: PlanPath,
  part: PlanPart = 'value',
): Span {
  const root = rowTree(row, columns);
  let here: Leaf | Branch = root;
  for (const step of path) {
    if (here instanceof Leaf) break;
    const next: Leaf | Branch | undefined =
      typeof step === 'number' ? listOf(here)?.[step]?.[1] : here.get(step);
    if (!next) {
      const allTags = here.get('');
      if (allTags) here = allTags;
      break;
    }
    here = next;
  }
  if (here === root) return { source: row[0]!.source, start: row[0]!.start, end: row.at(-1)!.end };
  const leaf = firstLeaf(here);
  return part === 'field' ? leaf.column.header : leaf.cell;
}

function firstLeaf(tree: Leaf | Branch): Leaf {
  // A branch is made for a leaf: it is never empty.
  return tree instanceof Leaf ? tree : firstLeaf([...tree.values()][0]!);
}
