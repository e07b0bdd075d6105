import { z } from 'zod';
import type { RunBreak } from '../jobs/run-plan';

// The faults that a file or a request may give. Sources are named by id or by name; `*` means every source.

const progress = z.number().min(0).max(100);
const many = <T extends z.ZodType>(item: T) => z.array(item).default([]);

const callFault = z
  .strictObject({
    /** One operation, several, or `*` (default). */
    operation: z.union([z.string(), z.array(z.string()).min(1)]).default('*'),
    /** Only calls that name this source, or a job of it. */
    sourceId: z.string().optional(),
    /** Only calls that name this job. */
    jobId: z.string().optional(),

    // Which of these calls are hit; without any of these fields, every call.
    probability: z.number().min(0).max(1).optional(),
    /** The n-th call, counted from 1. */
    nth: z.number().int().min(1).optional(),
    /** Every n-th call. */
    every: z.number().int().min(1).optional(),
    /** The calls from the first number to the second. */
    between: z.tuple([z.number().int().min(1), z.number().int().min(1)]).optional(),
    /** The most calls that are hit. */
    times: z.number().int().min(1).optional(),

    // What happens to these calls; latency may be given beside another effect.
    latencyMs: z.number().min(0).max(600_000).optional(),
    /** An API error. */
    error: z
      .strictObject({
        code: z.string().min(1),
        message: z.string().default('An injected fault.'),
        httpStatus: z.number().int().min(400).max(599).optional(),
      })
      .optional(),
    /** An HTTP status without a body. */
    emptyStatus: z.number().int().min(400).max(599).optional(),
    /** Calls beyond this rate (in real seconds) are refused. */
    throttle: z
      .strictObject({ perSecond: z.number().positive(), code: z.string().min(1).default('Throttling.User') })
      .optional(),
    /** The connection is reset, before or after the call takes effect. */
    reset: z.enum(['before', 'after']).optional(),
    /** The call takes effect. Its answer is cut off, is an HTML page, or (of a list) has no items. */
    body: z.enum(['truncated', 'html', 'empty']).optional(),
    /** With `error` and `emptyStatus`: whether the call takes effect. */
    afterEffect: z.boolean().default(false),
  })
  .refine(
    (rule) =>
      [rule.probability, rule.nth, rule.every, rule.between].filter((v) => v !== undefined).length <= 1,
    'at most one of probability, nth, every and between',
  )
  .refine((rule) => {
    const effects = [rule.error, rule.emptyStatus, rule.throttle, rule.reset, rule.body];
    const given = effects.filter((v) => v !== undefined).length;
    return given === 1 || (given === 0 && rule.latencyMs !== undefined);
  }, 'exactly one of error, emptyStatus, throttle, reset and body, or latencyMs alone');

const jobFault = z
  .strictObject({
    /** Jobs of this source (id or name), or of every source (`*`). */
    source: z.string().min(1),
    /** Which share of the sources is hit; told by the seed. */
    probability: z.number().min(0).max(1).default(1),
    /** How many runs of each source are hit, from the first; default: every run. */
    runs: z.number().int().min(1).optional(),
    fail: z
      .strictObject({
        atProgress: progress.default(50),
        errorCode: z.string().min(1).default('InternalError'),
        statusInfo: z.string().optional(),
      })
      .optional(),
    /** Progress stops for so long, or for ever. */
    stall: z
      .strictObject({ atProgress: progress.default(50), seconds: z.number().positive().optional() })
      .optional(),
    /** The factor by which the run takes longer. */
    slower: z.number().positive().optional(),
  })
  .refine(
    (rule) => rule.fail !== undefined || rule.stall !== undefined || rule.slower !== undefined,
    'one of fail, stall and slower',
  )
  .refine((rule) => !(rule.fail && rule.stall), 'fail or stall, not both');

const sourceFault = z
  .strictObject({
    /** Id, name or `*`. */
    source: z.string().min(1),
    /** Which share of the sources is hit; told by the seed. */
    probability: z.number().min(0).max(1).default(1),
    /** For ever, or between these moments (simulated seconds since the account began). */
    offline: z
      .union([
        z.literal(true),
        z
          .array(z.strictObject({ fromSeconds: z.number().min(0), toSeconds: z.number().min(0).optional() }))
          .min(1),
      ])
      .optional(),
    /** The source is in error; S1: rsync is missing. */
    error: z
      .strictObject({
        error_code: z.string().default('S1'),
        error_msg: z.string().default('rsync is missing'),
      })
      .optional(),
  })
  .refine((rule) => rule.offline !== undefined || rule.error !== undefined, 'offline or error');

const foreignJobs = z
  .strictObject({
    /** Simulated seconds since the account began. */
    atSeconds: z.number().min(0).default(0),
    existing: z.number().int().min(0),
    running: z.number().int().min(0).default(0),
  })
  .refine((step) => step.running <= step.existing, 'running jobs exist: running is at most existing');

/** The faults: of calls, of jobs and of sources, and the jobs of other tools that use the quota. */
const faultsSchema = z.strictObject({
  calls: many(callFault),
  jobs: many(jobFault),
  sources: many(sourceFault),
  foreignJobs: many(foreignJobs),
});

/** The faults as they are written. */
export type Faults = z.input<typeof faultsSchema>;
/** The faults as they are read, with their defaults. */
export type ResolvedFaults = z.output<typeof faultsSchema>;
export type CallFault = z.output<typeof callFault>;
export type ForeignJobs = z.output<typeof foreignJobs>;

/** Reads faults; gives all problems, each with its place. */
export function readFaults(value: unknown): { faults: ResolvedFaults } | { problems: string[] } {
  const read = faultsSchema.safeParse(value);
  if (read.success) return { faults: read.data };
  return {
    problems: read.error.issues.map(
      (issue) => `${issue.path.length > 0 ? issue.path.join('.') : 'faults'}: ${issue.message}`,
    ),
  };
}

/** The faults of one call. */
export interface CallVerdict {
  latencyMs: number;
  fault?: CallFault;
}

/** The faults of one job run. */
export interface RunVerdict {
  slower: number;
  break?: RunBreak;
}

/** Decides the faults of each call and each job run. The same seed and the same calls give the same faults. */
export interface FaultEngine {
  readonly faults: ResolvedFaults;
  onCall(call: { operation: string; sourceIds: string[]; jobIds: string[] }): CallVerdict;
  onRun(source: { sourceId: string; name: string }): RunVerdict;
}

/** The time (virtual ms) in which a source is offline; without an end, for ever. */
export interface OfflineWindow {
  from: number;
  to?: number;
}
