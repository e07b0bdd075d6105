/** A mistake in a plan, with the place to correct it. Plain JSON: `validate -o json` prints it as it is. */
export interface PlanProblem {
  /** The stable name of the rule, kebab-case; scripts may rely on it. */
  code: PlanProblemCode;
  message: string;
  /** What to do, where the message does not say it. */
  fix?: string;
  /** The path of the plan, or of its CSV of servers, as it was given. */
  file: string;
  /** From 1. A file that cannot be read has its problems at 1:1. */
  line: number;
  /** From 1, in UTF-16 units, as editors count. */
  column: number;
  /** The column after the end of the wrong text, on the same line. */
  endColumn?: number;
}

/** The rules of a plan. */
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
  'csv-encoding',
  'invisible-character',
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
  'done-twice',
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
  'time-zone-trap',
  'source-ambiguous',
  'source-not-found',
  'plan-too-large',
] as const;
export type PlanProblemCode = (typeof planProblemCodes)[number];

/** The path of a value in the parsed plan: field names and positions in lists. */
export type PlanPath = readonly (string | number)[];

/** The text of a path that a problem marks. */
export type PlanPart = 'value' | 'field';

/** A problem whose place in the file is not known yet, only its path. */
export interface Finding {
  code: PlanProblemCode;
  message: string;
  fix?: string;
  path: PlanPath;
  part?: PlanPart;
  /** What of the value is marked; default: all of it. */
  mark?: string;
}

/** `servers[3].dataDisks[0].size` */
export function pathText(path: PlanPath): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}
