import type { z } from 'zod';
import { didYouMean } from '../../text/did-you-mean';
import { type Finding, type PlanPath, pathText } from '../problem';
import { fieldsOf, schemaAt } from './schema-shape';

/** The result of checking a value by a schema. */
export interface Judged<T> {
  /** The value, transformed; absent where there are findings. */
  data?: T;
  /** The fields without a finding, for rules that compare several of them. */
  good: Partial<T>;
  /** Top-level fields with a finding, and those that a mistyped field most likely means. */
  broken: Set<string>;
  findings: Finding[];
}

/** The part of the plan that has a field of this name: `policy`, `a wave`, … */
export type HomesOfFields = ReadonlyMap<string, string>;

/**
 * Checks a value by a strict schema; the findings have `at` before their own path. `good` has the fields without findings, so
 * that one mistake does not hide another.
 */
export function judge<T extends z.ZodObject>(
  schema: T,
  value: unknown,
  at: PlanPath,
  homes: HomesOfFields = new Map(),
): Judged<z.output<T>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, good: parsed.data, broken: new Set(), findings: [] };
  // In a value that is not a map no field can be checked.
  const broken = new Set<string>(isMap(value) ? [] : Object.keys(schema.shape));
  const findings: Finding[] = [];
  const raw = parsed.error.issues.flatMap((issue) => findingsOf(issue, schema, value, homes));
  const mistyped = new Set(raw.flatMap(({ meant }) => (meant ? [pathText(meant)] : [])));
  const invalid = new Set<string>();
  for (const { meant, path, ...rest } of raw) {
    if (path[0] !== undefined) broken.add(String(path[0]));
    if (meant?.[0] !== undefined) broken.add(String(meant[0]));
    // A mistyped field is not reported as missing, too.
    if (rest.code === 'missing-field' && mistyped.has(pathText(path))) continue;
    // Of several rules that a value breaks only the first is reported: the next ones assume that it is kept.
    if (rest.code === 'invalid-value') {
      if (invalid.has(pathText(path))) continue;
      invalid.add(pathText(path));
    }
    findings.push({ ...rest, path: [...at, ...path] });
  }
  return { good: goodFields(schema, value, broken), broken, findings };
}

function goodFields<T extends z.ZodObject>(schema: T, value: unknown, broken: Set<string>) {
  if (!isMap(value)) return {};
  const kept = Object.entries(value).filter(
    ([field]) => !broken.has(field) && Object.hasOwn(schema.shape, field),
  );
  const good: Record<string, unknown> = {};
  for (const [field, part] of kept) {
    const parsed = (schema.shape[field] as z.ZodType).safeParse(part);
    if (parsed.success) good[field] = parsed.data;
  }
  return good as Partial<z.output<T>>;
}

/** `meant`: the path that a mistyped field most likely means. */
type RawFinding = Finding & { meant?: PlanPath };

function findingsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodObject,
  value: unknown,
  homes: HomesOfFields,
): RawFinding[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const name = pathText(path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField(key, path, fieldsOf(schemaAt(schema, path)), homes));
  }
  const actual = valueAt(value, path);
  if (/^invalid_(type|value)$/.test(issue.code) && actual === undefined && path.length > 0) {
    const fix = path.length === 1 ? howToWrite[name] : undefined;
    return [{ code: 'missing-field', message: `${name} is missing`, path, ...(fix && { fix }) }];
  }
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    const wanted = issue.expected === 'int' ? 'a whole number' : nounOf(issue.expected);
    return [{ ...wrongType(name || 'this', wanted, actual), path }];
  }
  if (issue.code === 'invalid_key') {
    const why = issue.issues.map((inner) => messageOf(inner, [])).join('; ');
    return [{ code: 'invalid-value', message: `${name}: ${why}`, path, part: 'field' }];
  }
  return [{ code: 'invalid-value', message: `${name}: ${messageOf(issue, path)}`, path }];
}

/** The fields without which no plan is one, for who writes a first plan by hand. */
const howToWrite: Record<string, string> = {
  version: 'write version: 1',
  name: 'write the name of the batch, as in name: dc1-exit',
  servers: 'write servers: and a line for each of them, or start with smc-batch init',
};

function messageOf(issue: z.core.$ZodIssue, path: PlanPath): string {
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid')) {
    return `one of ${issue.values.map(String).join(', ')}`;
  }
  if (issue.code === 'too_big' && issue.message.startsWith('Too big')) {
    return `at most ${issue.maximum}${unitOf(issue.origin)}`;
  }
  if (issue.code === 'too_small' && issue.message.startsWith('Too small')) {
    return `at least ${issue.minimum}${unitOf(issue.origin)}`;
  }
  const field = path.at(-1);
  // A plan writes the job's `name` as `jobName`.
  if (field === 'jobName') return issue.message.replace(/^name /, '');
  return issue.message.startsWith(`${field} `) ? issue.message.slice(`${field} `.length) : issue.message;
}

const unitOf = (origin: string) =>
  origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';

function unknownField(
  key: string,
  path: PlanPath,
  allowed: Record<string, unknown>,
  homes: HomesOfFields,
): RawFinding {
  const meant = didYouMean(key, Object.keys(allowed));
  const home = homes.get(key);
  const finding = {
    code: 'unknown-field' as const,
    message: `unknown field '${key}'${path.length ? ` in ${pathText(path)}` : ''}`,
    path: [...path, key],
    part: 'field' as const,
  };
  if (home) return { ...finding, fix: `${key} belongs in ${home}` };
  if (key === '<<')
    return { ...finding, fix: 'a plan has no merge keys: write common settings into defaults' };
  if (!meant) return { ...finding, fix: `allowed here: ${Object.keys(allowed).join(', ')}` };
  return { ...finding, fix: `did you mean ${meant}?`, meant: [...path, meant] };
}

function wrongType(name: string, wanted: string, actual: unknown) {
  if (actual === null || actual === undefined) {
    const message = `${name} is empty: it must be ${wanted}`;
    return { code: 'wrong-type' as const, message, fix: 'fill it in, or leave it out' };
  }
  const message = `${name} must be ${wanted}, not ${nounOfValue(actual)}`;
  const quotable = wanted === 'text' && (typeof actual === 'number' || typeof actual === 'boolean');
  const unquotable =
    typeof actual === 'string' &&
    ((wanted.endsWith('number') && actual.trim() !== '' && !Number.isNaN(Number(actual))) ||
      (wanted === 'true or false' && /^(true|false)$/.test(actual)));
  return {
    code: 'wrong-type' as const,
    message,
    ...(quotable ? { fix: `put it in quotes: "${actual}"` } : {}),
    ...(unquotable ? { fix: `leave the quotes out: ${actual}` } : {}),
  };
}

function nounOf(expected: string): string {
  const nouns: Record<string, string> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of fields',
    record: 'a map',
  };
  return nouns[expected] ?? expected;
}

function nounOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function valueAt(value: unknown, path: PlanPath): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Record<string | number, unknown>)[step];
  }
  return here;
}
