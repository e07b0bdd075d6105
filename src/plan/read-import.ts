import { z } from 'zod';
import { readServersCsv } from './files/csv-file';
import { withEnvironment } from './files/environment';
import { withoutValues } from './files/hidden-values';
import {
  encodingWarnings,
  markedSpan,
  problemAt,
  readSourceFile,
  readTableFile,
  type SourceFile,
  type Span,
} from './files/source-file';
import type { TableEncoding } from './files/text-encoding';
import { readYaml, type YamlFile } from './files/yaml-file';
import { type ImportRow, importRows } from './import-rows';
import type { Finding, PlanPart, PlanPath, PlanProblem } from './problem';
import { judgePlan } from './rules/judge-plan';
import { type ImportServer, importServerSchema, sourceFields } from './schema/import-schema';
import { judge } from './schema/schema-findings';
import { tableFields } from './schema/table-fields';

/** The map of an import: what the headers of an export mean, and the plan around its servers. */
const importMapSchema = z.strictObject({
  ...tableFields,
  plan: z.record(z.string(), z.unknown()).optional(),
});

export interface ImportOptions {
  /** The map; default: the headers are fields of a server. */
  map?: string;
  /** Wins over the map's. */
  encoding?: TableEncoding;
  /** The batch's name; wins over the map's. */
  name?: string;
  /** The batch's name where neither says one. */
  fallbackName: string;
  /** The region where the map's `plan` has none. */
  regionId: string;
  environment?: Readonly<Record<string, string | undefined>>;
  now?: Date;
}

/** An export that was read, and its rows as servers that have no source yet. */
export interface ImportRead {
  rows: ImportRow[];
  /** The plan around the servers: its fields as the map has them, with a name, a region, and waves where rows have some. */
  head: Record<string, unknown> & { name: string };
  rowsLeftOut: number;
  problems: PlanProblem[];
  warnings: PlanProblem[];
  sources: Map<string, string>;
  /** A problem of a row, at one of its fields or as a whole. */
  problemOf(
    row: ImportRow,
    problem: Pick<PlanProblem, 'code' | 'message' | 'fix'>,
    path?: PlanPath,
  ): PlanProblem;
}

/**
 * Reads an export and its map, and gives all mistakes of both, each with its place: those that a plan with these servers would
 * have, too. It works offline, and never throws for a mistake in the files.
 */
export async function readImport(file: string, options: ImportOptions): Promise<ImportRead> {
  const { environment = process.env, now = new Date() } = options;
  const sources = new Map<string, string>();
  const failed = (problems: PlanProblem[]): ImportRead => ({
    rows: [],
    head: { name: options.fallbackName },
    rowsLeftOut: 0,
    problems,
    warnings: [],
    sources,
    problemOf: () => problems[0]!,
  });

  const map = await readMap(options.map, sources);
  if (!('rules' in map)) return failed(map.problems);
  const read = await readTableFile(file, options.encoding ?? map.rules.encoding);
  if (!('source' in read)) return failed([...map.problems, { ...read, file, line: 1, column: 1 }]);
  const csv = readServersCsv(read.source, {
    ...map.rules,
    schema: importServerSchema,
    sources: sourceFields,
  });
  if (csv === undefined) return failed([...map.problems, noTable(file)]);
  sources.set(file, read.source.text);

  const given = map.rules.plan ?? {};
  const table = importRows(csv.rows as ImportServer[], {
    hasWaves: given.waves !== undefined,
    lineOf: (at) => read.source.lineOf(csv.locate(at, []).start).line,
  });
  const head = planHead(given, table.waves, options);
  const expanded = withEnvironment(head, environment);
  const raw = { ...(expanded.value as Record<string, unknown>), servers: [] };
  const judged = judgePlan(raw, table.entries, now);
  const locate = (path: PlanPath, part?: PlanPart): Span =>
    path[0] === 'servers' && typeof path[1] === 'number'
      ? csv.locate(path[1], path.slice(2), part)
      : (map.yaml?.locate(['plan', ...path], part) ?? { source: read.source, start: 0, end: 1 });
  const toProblem = (finding: Finding) =>
    problemAt(
      markedSpan(locate(finding.path, finding.part), finding.mark),
      withoutValues(finding, expanded.used),
    );
  const missing = csv.unusedColumns.map((header) => ({
    code: 'csv-header' as const,
    message: `${file} has no column '${header}'`,
    fix: 'correct the map; where some files lack it: { field: …, optional: true }',
    path: [Object.hasOwn(map.rules.columns ?? {}, header) ? 'columns' : 'rows', header],
  }));
  const problems = [
    ...map.problems,
    ...missing.map((finding) => problemAt(map.yaml!.locate(finding.path, 'field'), finding)),
    ...csv.problems,
    ...expanded.findings.map(toProblem),
    ...table.findings.map(toProblem),
    ...judged.findings.map(toProblem),
  ];
  return {
    rows: table.rows,
    head,
    rowsLeftOut: csv.rowsLeftOut,
    problems: byPlace(problems),
    warnings: encodingWarnings(read.source),
    sources,
    problemOf: (row, problem, path = []) => problemAt(csv.locate(row.at, path), problem),
  };
}

type MapRead =
  | { problems: PlanProblem[] }
  | { rules: z.output<typeof importMapSchema>; yaml?: YamlFile; problems: PlanProblem[] };

async function readMap(file: string | undefined, sources: Map<string, string>): Promise<MapRead> {
  if (file === undefined) return { rules: {}, problems: [] };
  const read = await readSourceFile(file);
  if (!('source' in read)) return { problems: [{ ...read, file, line: 1, column: 1 }] };
  sources.set(file, read.source.text);
  const yaml = readYaml(read.source);
  if (yaml.value === undefined) return { problems: yaml.problems };
  const { data, findings } = judge(importMapSchema, yaml.value, []);
  const problems = [...yaml.problems, ...mapFindings(yaml.value, findings, yaml, read.source)];
  return data && problems.length === 0 ? { rules: data, yaml, problems } : { problems: byPlace(problems) };
}

/** Fields of the plan that the import writes itself. */
const notInMap = ['version', 'servers', '$schema'] as const;

function mapFindings(value: unknown, findings: Finding[], yaml: YamlFile, source: SourceFile): PlanProblem[] {
  const plan = (value as { plan?: object } | null)?.plan;
  const written = notInMap.filter((field) => typeof plan === 'object' && plan !== null && field in plan);
  const own = written.map((field): Finding => {
    const message = `plan.${field} is written by the import`;
    return { code: 'unknown-field', message, fix: 'leave it out', path: ['plan', field], part: 'field' };
  });
  return [...findings, ...own].map((finding) =>
    problemAt(yaml.locate(finding.path, finding.part) ?? { source, start: 0, end: 1 }, finding),
  );
}

function planHead(
  plan: Record<string, unknown>,
  waves: readonly string[],
  { name, fallbackName, regionId }: ImportOptions,
): ImportRead['head'] {
  const defaults = plan.defaults ?? {};
  const isMap = typeof defaults === 'object' && defaults !== null && !Array.isArray(defaults);
  return {
    version: 1,
    ...plan,
    name: name ?? (plan.name as string | undefined) ?? fallbackName,
    defaults: isMap ? { regionId, ...defaults } : defaults,
    ...(plan.waves === undefined && waves.length > 0 ? { waves: waves.map((wave) => ({ name: wave })) } : {}),
  };
}

const noTable = (file: string): PlanProblem => ({
  code: 'csv-header',
  message: `${file} is no table of servers: its first line has none of the columns that are known`,
  fix: 'say with --map what its headers mean; a spreadsheet of several sheets is saved as a CSV of one of them first',
  file,
  line: 1,
  column: 1,
});

function byPlace(problems: PlanProblem[]): PlanProblem[] {
  const different = new Map(
    problems.map((one) => [`${one.file}:${one.line}:${one.column} ${one.message}`, one] as const),
  );
  return [...different.values()].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}
