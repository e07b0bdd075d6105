import type { PlanPart, PlanPath, PlanProblem } from '../problem';
import { planServerSchema } from '../schema/plan-schema';
import { kindsOf } from '../schema/schema-shape';
import { type CsvColumn, csvColumns } from './csv-columns';
import { type CsvCell, readCsvText } from './csv-text';
import { problemAt, type SourceFile, type Span } from './source-file';

/** The servers of a CSV: its first row names their fields, each row below is one server. */
export interface ServersFromCsv {
  /** The servers as in a plan; empty where no column gives the source. */
  rows: unknown[];
  problems: PlanProblem[];
  /** Headers that the plan's `columns` name but the file does not have. */
  unusedColumns: string[];
  /** The place of a path in a row; the place of a field name is its header. */
  locate(row: number, path: PlanPath, part?: PlanPart): Span;
}

/**
 * Reads servers from a CSV; undefined when the file is not a CSV of servers: its first line names no field of a server, or it
 * is not text. `renamed` maps headers to fields; null leaves a column out.
 */
export function readServersCsv(
  source: SourceFile,
  renamed: Readonly<Record<string, string | null>> = {},
): ServersFromCsv | undefined {
  if (source.text.includes('\0')) return undefined;
  const read = readCsvText(source);
  const [headers, ...rows] = read.rows;
  const atStart: Span = { source, start: 0, end: 1 };
  if (!headers) {
    const message = `${source.file} is empty: its first line names the fields, like sourceId,name,wave`;
    const problem = problemAt(atStart, { code: 'csv-header', message });
    return {
      rows: [],
      problems: [...read.problems, problem],
      unusedColumns: [],
      locate: () => atStart,
    };
  }
  const { columns, problems } = csvColumns(headers, planServerSchema, renamed);
  // A mistyped header, or one that the plan renames, is a column, too.
  if (columns.every((column) => column === undefined) && !isRenamed(headers, renamed)) return undefined;
  problems.unshift(...read.problems, ...strayCells(headers, rows));
  const named = new Set(headers.map(({ text }) => text));
  const hasSource = columns.some((column) => column && /^source(Id|Name)$/.test(String(column.path[0])));
  const headerRow = { source, start: headers[0]!.start, end: headers.at(-1)!.end };
  if (!hasSource) {
    const message = 'no column sourceId or sourceName';
    problems.push(problemAt(headerRow, { code: 'csv-header', message }));
  } else if (rows.length === 0 && read.problems.length === 0) {
    problems.push(
      problemAt(headerRow, { code: 'no-servers', message: 'there is no server below the header' }),
    );
  }
  return {
    rows: hasSource ? rows.map((row) => treeValue(rowTree(row, columns))) : [],
    problems,
    unusedColumns: Object.keys(renamed).filter((header) => !named.has(header)),
    locate: (row, path, part) => placeOf(rows[row]!, columns, path, part),
  };
}

const isRenamed = (headers: CsvCell[], renamed: Readonly<Record<string, string | null>>) =>
  headers.some(({ text }) => Object.hasOwn(renamed, text));

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
    here.set(column.path.at(-1)!, new Leaf(cell, column));
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

function treeValue(tree: Leaf | Branch, name = ''): unknown {
  if (tree instanceof Leaf) return cellValue(tree);
  const list = listOf(tree);
  if (!list)
    return Object.fromEntries([...tree].map(([step, inner]) => [step, treeValue(inner, String(step))]));
  return list.map(([position, inner]) => {
    const value = treeValue(inner);
    // dataDisks[2].size is the size of the source's disk 2, unless dataDisks[2].index says otherwise.
    return name === 'dataDisks' ? { index: position, ...(value as object) } : value;
  });
}

/** The value of a cell: a number, a boolean or a list where the field has that type. The schema reports a value that does not fit. */
function cellValue({ cell: { text }, column: { schema } }: Leaf): unknown {
  const kinds = kindsOf(schema);
  if (kinds.has('array')) {
    return text
      .split(';')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  if (kinds.has('number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kinds.has('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
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
    if (!next) break;
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
