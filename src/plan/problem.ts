/** One mistake in a plan, with the place to correct it. Plain JSON: `validate -o json` prints it as it is. */
export interface PlanProblem {
  /** Stable name of the rule, kebab-case; scripts may rely on it. */
  code: PlanProblemCode;
  message: string;
  /** What to do, where that is not plain from the message. */
  fix?: string;
  /** The plan, or the CSV its servers come from; as the path was given. */
  file: string;
  /** From 1. A file that cannot be read has its problems at 1:1. */
  line: number;
  /** From 1, in UTF-16 units, as editors count. */
  column: number;
  /** The column after the last one of the offending text, on the same line. */
  endColumn?: number;
}

/** The rules a plan can break. */
const planProblemCodes = [
  'file-not-found',
  'file-unreadable',
  'file-not-utf8',
  'file-too-large',
  'empty-plan',
  'yaml-syntax',
  'yaml-aliases',
  'duplicate-field',
  'csv-syntax',
  'csv-header',
  'no-servers',
  'unknown-field',
  'missing-field',
  'wrong-type',
  'invalid-value',
  'env-not-set',
  'env-secret',
  'source-missing',
  'source-twice',
  'name-twice',
  'wave-unknown',
  'wave-twice',
  'wave-empty',
  'dependency-unknown',
  'dependency-cycle',
  'dependency-on-later-wave',
  'quota-order',
  'settings-conflict',
  'cutover-needs-incremental',
  'tag-reserved',
  'tags-too-many',
  'image-name-twice',
  'vswitch-missing',
  'disk-size-missing',
  'setting-unused',
  'time-out-of-range',
  'plan-too-large',
] as const;
export type PlanProblemCode = (typeof planProblemCodes)[number];

/** Where a value stands in the plan: field names and positions in lists, as in the parsed plan. */
export type PlanPath = readonly (string | number)[];

/** Which text of a path a problem points at. */
export type PlanPart = 'value' | 'field';

/** A problem before its path is looked up in the file. */
export interface Finding {
  code: PlanProblemCode;
  message: string;
  fix?: string;
  path: PlanPath;
  part?: PlanPart;
}

/** `servers[3].dataDisks[0].size` */
export function pathText(path: PlanPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}
