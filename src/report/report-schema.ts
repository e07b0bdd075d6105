import { z } from 'zod';
import { batchOutcomes, serverPhases } from '../../workflows/contract/views';

const moment = z.iso.datetime();
const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();
const hours = z.number().nonnegative();

const failure = z
  .object({
    code: z.string().describe("the API's error code, or one of smc-batch's own"),
    message: z.string(),
    remedy: z.string().describe('what the operator can do'),
    action: z.string().optional().describe('the API operation that was refused'),
    requestId: z.string().optional().describe("the API's RequestId, for a ticket"),
  })
  .meta({ id: 'failure' });

const leftover = z.object({
  jobId: z.string(),
  why: z.enum([
    'keptByPolicy',
    'deleteFailed',
    'unknownStatus',
    'ledgerNotWritten',
    'notTakenUp',
    'refused',
    'notSeen',
  ]),
  error: failure.optional(),
  instanceHours: hours
    .optional()
    .describe(
      'billed for its intermediate instance so far, unless it was deleted since; absent where none is',
    ),
  deletedAt: moment.optional().describe('when cleanup has deleted the job; it is billed no longer'),
});

const evidence = z
  .object({
    jobId: z.string(),
    readAt: moment,
    job: z
      .object({
        status: z.string(),
        businessStatus: z.string().optional(),
        progress: z.number().optional().describe('percent'),
        errorCode: z.string().optional(),
        statusInfo: z.string().optional(),
        creationTime: z.string().optional(),
        startTime: z.string().optional(),
        endTime: z.string().optional(),
        transitionInstanceId: z.string().optional().describe('its intermediate instance'),
        runs: z
          .array(
            z.object({
              type: z.string().optional(),
              startTime: z.string().optional(),
              endTime: z.string().optional(),
              imageId: z.string().optional(),
            }),
          )
          .optional()
          .describe('the newest ones, oldest first'),
      })
      .optional()
      .describe('absent where it was not listed any more; times as the API gives them'),
    source: z
      .object({
        sourceId: z.string(),
        state: z.string(),
        errorCode: z.string().optional(),
        statusInfo: z.string().optional(),
      })
      .optional()
      .describe('the source server at the same time; absent where it was not listed'),
  })
  .meta({ id: 'evidence' });

const server = z
  .object({
    server: z.string().describe("the server's name in the plan"),
    wave: z.string(),
    phase: z.enum(serverPhases),
    sourceId: z.string().optional(),
    jobId: z.string().optional(),
    imageId: z.string().optional().describe('the image, or the instance, that was made'),
    imageName: z
      .string()
      .optional()
      .describe(
        'its name in the account: SMC makes a name that is taken unique, and gives one where the plan has none',
      ),
    starts: count.optional().describe('how often its job has been started; absent when it has ended'),
    startedAt: moment.optional().describe('absent for a server that never started'),
    endedAt: moment.optional(),
    estimatedEnd: moment
      .optional()
      .describe(
        'while it migrates, or is started again: by its size and what has been measured; absent once it takes longer than that',
      ),
    nextStartAt: moment.optional().describe('its job is not started again before'),
    jobSeen: z
      .object({
        status: z.string(),
        businessStatus: z.string().optional(),
        progress: z.number().optional().describe('percent'),
        at: moment.describe('when a worker saw it so'),
      })
      .optional()
      .describe('the job of a server under way, of many servers some'),
    seconds: seconds.optional().describe('from start to end; absent while it is under way'),
    error: failure.optional().describe('of a failed server, or the newest one of a server that tries again'),
    evidence: evidence
      .optional()
      .describe(
        'of a failed server: what the API last said of its job, before it was deleted, and of its source',
      ),
    leftover: leftover.optional().describe('a job that stays in the account'),
    note: z.string().optional(),
    earlier: z
      .literal(true)
      .optional()
      .describe(
        'migrated by an earlier run of the batch, or declared: job, image and times are of then, as far as the ledger and Temporal know them',
      ),
    declared: z.literal(true).optional().describe('migrated by other means, as the plan declares it (done)'),
  })
  .meta({ id: 'server' });

const wave = z.object({
  name: z.string(),
  total: count,
  ended: count,
  failed: count,
  state: z.string().describe('waiting, open or ended'),
  closed: z.string().optional().describe('why none of its servers may start now'),
  startedAt: moment.optional().describe('when its first server started'),
  endedAt: moment.optional().describe('when its last server ended'),
});

const summary = z.object({
  total: count.describe('servers in the plan'),
  counts: z.partialRecord(z.enum(serverPhases), count).describe('servers by phase'),
  earlier: count.optional().describe('of those that are migrated: by earlier runs of the batch'),
  declared: count
    .optional()
    .describe('of those that are migrated: by other means, as the plan declares them (done)'),
  startedAt: moment,
  endedAt: moment.optional().describe('when the last server ended; absent while the batch goes on'),
  wallSeconds: seconds.describe('from the start to the end, or to this report'),
  waves: z.array(wave).describe("in the plan's order"),
  underWay: z
    .object({
      peak: count,
      average: z.number().nonnegative().describe('over the wall time'),
      slots: count.optional().describe('what the batch may run at the time of this report'),
    })
    .describe('servers between their start and their end, at the same time'),
  serverSeconds: z
    .object({ median: seconds, longest: seconds })
    .optional()
    .describe('of the servers that were migrated'),
  accountTrouble: z
    .object({ error: failure, since: moment })
    .optional()
    .describe('the account refuses calls, which are repeated until it does not; no server fails for it'),
  waiting: z.string().optional().describe('why nothing more starts, where servers wait'),
  next: z
    .array(z.string())
    .optional()
    .describe('commands, any one of them: where the batch waits for an order, or servers have failed'),
  estimatedEnd: moment.optional().describe('by the measurements of the batch; of a running batch'),
  keptJobs: z
    .object({ jobs: count, instanceHours: hours })
    .optional()
    .describe('jobs left whose intermediate instances are billed, and for how long so far'),
  costs: z
    .object({
      waves: z.array(z.object({ name: z.string(), instanceHours: hours })),
      leftoverInstanceHours: hours.optional().describe('of jobs that stayed after their servers had ended'),
      instanceHours: hours.describe('of intermediate instances, those of jobs left included'),
      snapshotGiB: z.number().nonnegative().describe('of the images, at most'),
      publicTrafficGiB: z.number().nonnegative().describe('at most'),
      vpcTrafficGiB: z.number().nonnegative().describe('over VPN or Express Connect, at most'),
      priced: z
        .object({
          currency: z.string(),
          instances: z.number().optional(),
          leftovers: z.number().optional().describe('of the instances, those of jobs left'),
          publicTraffic: z.number().optional(),
          snapshotsAMonth: z.number().optional(),
          once: z.number().describe('instances and traffic'),
        })
        .optional()
        .describe('where --costs has given prices'),
    })
    .describe("of each server's last round, so far"),
  strayJobs: count.optional().describe('jobs of this batch that belong to no server of its plan'),
});

const failureGroup = z.object({
  code: z.string(),
  remedy: z.string(),
  servers: z.array(
    z.object({
      server: z.string(),
      message: z.string(),
      remedy: z.string().optional().describe("where it is another than the group's"),
      action: z.string().optional(),
      requestId: z.string().optional(),
      jobId: z.string().optional(),
    }),
  ),
});

/**
 * The JSON of `smc-batch report --format json`: what a batch did, or has done so far. Within a version fields may be added, but
 * none is renamed or removed.
 */
export const batchReportSchema = z
  .object({
    version: z.literal(1),
    batch: z.string(),
    status: z
      .string()
      .describe(
        'surveying, running, waiting for approval, waiting for cut-over, paused, stopped, cancelling, ended; or how Temporal ended it: terminated, timed out',
      ),
    outcome: z
      .enum(batchOutcomes)
      .optional()
      .describe('once it has ended: done, failed (some servers have), or cancelled as a whole'),
    soFar: z.boolean().describe('true: the batch had not ended when this was written'),
    generatedAt: moment,
    summary,
    servers: z.array(server).describe("in the plan's order"),
    failures: z.array(failureGroup).describe('failed servers by error code, the most frequent first'),
    leftovers: z
      .array(leftover.extend({ server: z.string(), meaning: z.string() }))
      .describe(
        'jobs that stay in the account: each holds quota, and its intermediate instance may be billed',
      ),
    notes: z.array(z.object({ note: z.string(), servers: z.array(z.string()) })).describe('by their text'),
  })
  .meta({ title: 'smc-batch report' });

export type BatchReport = z.infer<typeof batchReportSchema>;
export type ReportServer = BatchReport['servers'][number];

/** The JSON Schema (2020-12) of the JSON report; docs/report.schema.json is its copy. */
export function batchReportJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(batchReportSchema, {
    // The schema of an input allows unknown fields: a reader must accept fields that a later version adds.
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as Record<string, unknown>;
}
