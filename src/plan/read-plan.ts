import path from 'node:path';
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
import { readYaml } from './files/yaml-file';
import type { Plan } from './plan';
import type { Finding, PlanPart, PlanPath, PlanProblem } from './problem';
import { pathText } from './problem';
import { judgePlan } from './rules/judge-plan';
import { serversCsvSchema } from './schema/plan-schema';
import { judge } from './schema/schema-findings';

/** A plan file that was read and checked. */
export interface PlanRead {
  /** Present when there are no problems. */
  plan?: Plan;
  /** In the order of the files. There is no plan while there is a problem. */
  problems: PlanProblem[];
  warnings: PlanProblem[];
  /** The texts of the files that were read, by the file name in their problems; for code frames. */
  sources: Map<string, string>;
}

export interface ReadPlanOptions {
  /** The variables for `${env:NAME}`; default `process.env`. They are used for nothing else. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** The time that scheduled times are compared with; default: now. */
  now?: Date;
}

/**
 * Reads a plan file (YAML or JSON) and the CSV of its servers, and gives all mistakes in them, each with its place. It works
 * offline, and never throws for a mistake in the files.
 *
 * @example
 * const { plan, problems, sources } = await readPlan('batch.yaml');
 * if (!plan) process.stderr.write(formatProblems(problems, sources));
 */
export async function readPlan(file: string, options: ReadPlanOptions = {}): Promise<PlanRead> {
  const { environment = process.env, now = new Date() } = options;
  const sources = new Map<string, string>();
  const read = await readSourceFile(file);
  if (!('source' in read)) {
    return { problems: [{ ...read, file, line: 1, column: 1 }], warnings: [], sources };
  }
  sources.set(file, read.source.text);
  const yaml = readYaml(read.source);
  if (yaml.value === undefined) return { problems: yaml.problems, warnings: [], sources };
  if (typeof yaml.value !== 'object' || yaml.value === null || Array.isArray(yaml.value)) {
    const message = 'a plan is a map of fields: version, name, servers, …';
    const problem = problemAt(yaml.locate([]), { code: 'wrong-type', message });
    return { problems: [...yaml.problems, problem], warnings: [], sources };
  }

  const expanded = withEnvironment(yaml.value, environment);
  const raw = expanded.value as Record<string, unknown>;
  const servers = await readServers(raw, file);
  const ofServers = servers.csv ? withEnvironment(servers.entries, environment, ['servers']) : undefined;
  const entries = ofServers ? (ofServers.value as unknown[]) : servers.entries;
  if (servers.csv) sources.set(servers.csv.source.file, servers.csv.source.text);
  const locate = (at: PlanPath, part?: PlanPart): Span =>
    servers.csv && at[0] === 'servers' && typeof at[1] === 'number'
      ? servers.csv.locate(at[1], at.slice(2), part)
      : yaml.locate(at, part);

  const unset = [...expanded.findings, ...(ofServers?.findings ?? [])];
  const judged = judgePlan(raw, entries, now);
  const unsetPaths = new Set(unset.map((finding) => pathText(finding.path)));
  const findings = judged.findings.filter((finding) => !unsetPaths.has(pathText(finding.path)));
  const used = new Map([...expanded.used, ...(ofServers?.used ?? [])]);
  const toProblem = (finding: Finding) =>
    problemAt(markedSpan(locate(finding.path, finding.part), finding.mark), withoutValues(finding, used));
  const problems = [
    ...yaml.problems,
    ...servers.findings.map(toProblem),
    ...servers.problems,
    ...unset.map(toProblem),
    ...findings.map(toProblem),
  ];
  const files = [file, ...(servers.csv ? [servers.csv.source.file] : [])];
  return {
    ...(problems.length === 0 && judged.plan ? { plan: judged.plan } : {}),
    problems: inOrder(problems, files),
    warnings: inOrder([...(servers.warnings ?? []), ...judged.warnings.map(toProblem)], files),
    sources,
  };
}

interface ServersRead {
  entries: unknown[];
  csv?: { source: SourceFile; locate(row: number, at: PlanPath, part?: PlanPart): Span };
  findings: Finding[];
  problems: PlanProblem[];
  warnings?: PlanProblem[];
}

async function readServers(raw: Record<string, unknown>, planFile: string): Promise<ServersRead> {
  const { servers } = raw;
  const at = ['servers'];
  const none = { entries: [], findings: [], problems: [] };
  if (Array.isArray(servers)) {
    if (servers.length > 0) return { ...none, entries: servers };
    return { ...none, findings: [{ code: 'no-servers', message: 'servers is empty', path: at }] };
  }
  if (servers === undefined || servers === null) {
    const message = 'the plan has no servers';
    const fix = 'list them under servers, or name a CSV: servers: { csv: servers.csv }';
    return { ...none, findings: [{ code: 'no-servers', message, fix, path: at, part: 'field' }] };
  }
  if (typeof servers !== 'object') {
    const message = 'servers must be a list, or { csv: servers.csv }';
    return { ...none, findings: [{ code: 'wrong-type', message, path: at }] };
  }
  const from = judge(serversCsvSchema, servers, at);
  if (!from.data) return { ...none, findings: from.findings };
  const csvFile = path.join(path.dirname(planFile), from.data.csv);
  const file = path.isAbsolute(from.data.csv) ? from.data.csv : csvFile;
  const read = await readTableFile(file, from.data.encoding);
  if (!('source' in read)) return { ...none, findings: [{ ...read, path: [...at, 'csv'] }] };
  const { columns = {} } = from.data;
  const csv = readServersCsv(read.source, from.data);
  if (csv === undefined) return { ...none, findings: [noServersCsv(file, at)] };
  return {
    entries: csv.rows,
    csv: { source: read.source, locate: csv.locate },
    findings: csv.unusedColumns.map((header) => ({
      code: 'csv-header' as const,
      message: `${file} has no column '${header}'`,
      path: [...at, Object.hasOwn(columns, header) ? 'columns' : 'rows', header],
      part: 'field' as const,
    })),
    warnings: encodingWarnings(read.source),
    problems: csv.problems,
  };
}

/** The plan may name any file that the user may read: a file that is no CSV of servers is not quoted. */
const noServersCsv = (file: string, at: PlanPath): Finding => ({
  code: 'csv-header',
  message: `${file} is no CSV of servers: its first line names no field of a server`,
  fix: 'its first line names the fields, like sourceId,name,wave; other headers are named under columns',
  path: [...at, 'csv'],
});

/** The problems sorted by place; the same problem at the same place is given once. */
function inOrder(problems: PlanProblem[], files: string[]): PlanProblem[] {
  const different = new Map(
    problems.map((problem) => [
      `${problem.file}:${problem.line}:${problem.column} ${problem.message}`,
      problem,
    ]),
  );
  return [...different.values()].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
