import { z } from 'zod';
import { jobSettingsSchema, jobTagSchema } from '../../smc';
import {
  calendarDate,
  clockTime,
  duration,
  failureThreshold,
  pointInTime,
  positiveDuration,
  shortName,
  timeZone,
} from './plan-values';
import { settingHelp } from './setting-help';
import { tableFields } from './table-fields';

/** The days of the week in a plan. */
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const { name: jobNameSchema, ...apiSettings } = jobSettingsSchema.shape;

const described = Object.fromEntries(
  Object.entries(apiSettings).map(([field, schema]) => [
    field,
    (schema as z.ZodType).meta({ ...settingHelp[field as keyof typeof settingHelp] }),
  ]),
) as typeof apiSettings;

// In a plan, tags and replication parameters are maps; in the API they are a list and a JSON text.
const settingFields = {
  ...described,
  scheduledStartTime: pointInTime.optional().meta({ ...settingHelp.scheduledStartTime }),
  validTime: pointInTime.optional().meta({ ...settingHelp.validTime }),
  tags: z
    .record(jobTagSchema.shape.key, jobTagSchema.shape.value.unwrap())
    .optional()
    .meta({ ...settingHelp.tags, examples: [{ app: 'shop' }] }),
  replicationParameters: z
    .union(
      [
        apiSettings.replicationParameters.unwrap(),
        z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      ],
      'a map of values, or a JSON object as text (at most 2048 characters)',
    )
    .optional()
    .meta({ ...settingHelp.replicationParameters }),
};

/** The job settings of a plan: in `defaults`, in a wave's `defaults` and in servers. */
export const planSettingsSchema = z.strictObject(settingFields).meta({
  id: 'jobSettings',
  title: 'Job settings',
  description: 'Settings of replication jobs; the nearest one wins.',
});
export type PlanSettings = z.infer<typeof planSettingsSchema>;

/** The name of a server in the batch: given, or taken from its source. */
export const serverName = z
  .string()
  .min(1, '1 to 128 characters')
  .max(128, '1 to 128 characters')
  // A lone surrogate (half a character) cannot be sent.
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'no control characters')
  // The name becomes the value of a tag.
  .refine((text) => !/https?:\/\//.test(text), 'has no http:// or https:// in it');

/** One entry of `servers`, or one row of their CSV. */
export const planServerSchema = z
  .strictObject({
    sourceId: z
      .string()
      .min(1, 'not empty')
      .optional()
      .meta({ description: "The source's id. Either this or sourceName.", examples: ['s-bp1…'] }),
    sourceName: z
      .string()
      .min(1, 'not empty')
      .optional()
      .meta({ description: "The source's name in SMC; must be unique there. Either this or sourceId." }),
    name: serverName
      .optional()
      .meta({ description: "Name in the batch, unique in it. Default: the source's name or id." }),
    wave: z.string().optional().meta({ description: 'A wave of the plan. Default: the first.' }),
    jobName: jobNameSchema.meta({
      description: 'Name of the replication job; unique in the account. Default: SMC gives it one.',
    }),
    dependsOn: z
      .array(z.string())
      .optional()
      .meta({ description: 'Names of servers that must have been migrated before this one starts.' }),
    exclusive: z
      .string()
      .min(1, 'not empty')
      .optional()
      .meta({ description: 'Servers that share this word never migrate at the same time.' }),
    cutoverAt: pointInTime.optional().meta({
      description: 'The last sync of an incremental server runs then. Default: when you say cutover.',
      examples: ['2030-01-31T22:00:00Z'],
    }),
    done: z
      .string()
      .regex(/^m-[A-Za-z0-9]+$/, "the id of the image, like 'm-bp1abc'")
      .optional()
      .meta({
        description:
          'Image that this server became by other means: it counts as migrated, and nothing is done for it.',
        examples: ['m-bp1…'],
      }),
    ...settingFields,
  })
  .meta({
    id: 'server',
    title: 'Server',
    description: 'One server to migrate: its source, its wave, and any job setting.',
  });
export type PlanServer = z.infer<typeof planServerSchema>;

/** The hours in which the servers of a wave start. */
const windowSchema = z.strictObject({
  from: clockTime.meta({ description: 'Time of day, HH:MM.', examples: ['22:00'] }),
  to: clockTime.meta({
    description: 'Time of day, HH:MM; at or before `from` means the next morning.',
    examples: ['06:00'],
  }),
  timezone: timeZone.prefault('UTC').meta({ description: 'IANA name.', examples: ['Asia/Shanghai'] }),
  days: z
    .array(z.enum(weekdays))
    .min(1, 'at least one day')
    .optional()
    .meta({ description: 'Days on which the window opens. Default: every day.' }),
});

/** One entry of `waves`. */
export const planWaveSchema = z
  .strictObject({
    name: shortName.meta({ description: 'Servers name their wave by it.' }),
    after: z
      .literal('approval', "only 'approval'")
      .optional()
      .meta({ description: 'approval: waits for `smc-batch approve` before its first server starts.' }),
    failureThreshold: failureThreshold.optional().meta({
      description:
        'The batch stops after this wave when more servers than this failed. Default: it does not.',
      examples: [0, '10%'],
    }),
    window: windowSchema
      .optional()
      .meta({ description: 'Servers start only in these hours. Running work is never broken.' }),
    overlap: z
      .boolean()
      .prefault(false)
      .meta({ description: 'Start beside the stragglers of the wave before.' }),
    defaults: planSettingsSchema
      .optional()
      .meta({ description: "Job settings of this wave's servers; they win over the plan's defaults." }),
  })
  .meta({ id: 'wave', title: 'Wave', description: 'Waves run in the order of the plan.' });

const jobQuota = 100;
const runningQuota = 50;

/** The account and its limits. */
export const planAccountSchema = z.strictObject({
  id: shortName
    .prefault('default')
    .meta({ description: 'Batches with the same account id share one quota.' }),
  quota: z
    .strictObject({
      jobs: z
        .number()
        .int()
        .min(1, '1 or more')
        .prefault(jobQuota)
        .meta({ description: 'Replication jobs that may exist in the account at once.' }),
      running: z
        .number()
        .int()
        .min(1, '1 or more')
        .optional()
        .meta({ description: `Jobs that may run at once; at most \`jobs\`. Default: ${runningQuota}.` }),
    })
    .transform(({ jobs, running }) => ({ jobs, running: running ?? Math.min(runningQuota, jobs) }))
    .prefault({})
    .meta({ description: "The account's limits; see SMC's console, a ticket raises them." }),
});

/** The limits and retries of the batch. */
export const planPolicySchema = z.strictObject({
  maxConcurrent: z
    .number()
    .int()
    .min(1, '1 or more')
    .optional()
    .meta({ description: 'Servers of this batch that run at once. Default: account.quota.running.' }),
  attempts: z
    .number()
    .int()
    .min(1, '1 to 20 starts')
    .max(20, '1 to 20 starts')
    .prefault(3)
    .meta({ description: 'Starts of one job before it counts as failed.' }),
  restartDelay: duration
    .prefault('60s')
    .meta({ description: 'Between an error of a job and its next start; doubled each time.' }),
  jobTimeout: positiveDuration
    .prefault('7d')
    .meta({ description: 'A job that runs longer is stopped, and its server fails.' }),
  stallTimeout: positiveDuration
    .prefault('6h')
    .meta({ description: 'A running job that has not moved for so long counts as in error.' }),
  onFailure: z.enum(['keepJob', 'deleteJob']).prefault('deleteJob').meta({
    description: 'What becomes of a job after its last attempt. A kept job keeps its billed instance.',
  }),
  stopAfterSameError: z.number().int().min(1, '1 or more').optional().meta({
    description: 'Start no more servers after so many failed with the same error code. Default: never.',
  }),
  lockoutDates: z
    .array(calendarDate)
    .prefault([])
    .meta({ description: "Dates, in the window's time zone, else UTC, on which nothing starts." }),
  priority: z
    .number()
    .int()
    .prefault(0)
    .meta({ description: 'Batches of a higher priority get their slots first.' }),
  notify: z.enum(['batch', 'servers']).optional().meta({
    description:
      'servers: the webhook hears of each server that ends, too. Default: batch, of the batch alone.',
  }),
});

/** The CSV of the servers, where they are not in the plan. */
export const serversCsvSchema = z.strictObject({
  csv: z.string().min(1, 'not empty').meta({ description: 'Path of the CSV, relative to the plan.' }),
  ...tableFields,
});

/** The plan without its servers, which are checked one by one. */
export const planHeadSchema = z.strictObject({
  $schema: z.string().optional().meta({ description: 'The JSON Schema of this file, for editors.' }),
  version: z.literal(1, 'the only one is 1').meta({ description: 'Of the plan format: 1.' }),
  name: shortName.meta({ description: "The batch's name; also its id in Temporal and a tag in SMC." }),
  account: planAccountSchema.prefault({}).meta({ description: 'The account and its limits.' }),
  defaults: planSettingsSchema.optional().meta({ description: 'Job settings of all servers.' }),
  policy: planPolicySchema.prefault({}).meta({ description: 'How hard to try, and when to give up.' }),
  waves: z
    .array(planWaveSchema)
    .min(1, 'at least one wave; leave the field out for one wave named all')
    .optional()
    .meta({ description: 'Groups of servers, migrated in this order. Default: one wave named all.' }),
  servers: z.unknown(),
});

/** The whole plan file. */
export const planFileSchema = planHeadSchema
  .extend({
    servers: z
      .union([z.array(planServerSchema).min(1), serversCsvSchema])
      .meta({ description: 'The servers to migrate, or the CSV file that lists them.' }),
  })
  .meta({ title: 'smc-batch plan', description: 'A batch migration of servers to Alibaba Cloud.' });
