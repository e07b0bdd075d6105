import type { JobSettings } from '../smc';

/** A plan with all defaults applied and all servers resolved: the input of the workflows. */
export interface Plan {
  /** The batch's name; also its id in Temporal (`smc-batch:<name>`). */
  name: string;
  account: Account;
  policy: Policy;
  /** In the order of their start. A plan without waves has one, named `all`. */
  waves: Wave[];
  /** In the plan's order; each is in a wave of {@link waves}. */
  servers: PlannedServer[];
}

export interface Account {
  /** Batches with the same id share one quota; default `default`. */
  id: string;
  /** The jobs that may exist and the jobs that may run at once in the account; default 100 and 50. */
  quota: { jobs: number; running: number };
}

export interface Policy {
  /** The most servers of this batch whose jobs run at once; default: the account's running quota. */
  maxConcurrent: number;
  /** Attempts to start a job before its server fails; default 3. */
  attempts: number;
  /** Seconds from a job's error to its next start, doubled each time; default 60. */
  restartDelaySeconds: number;
  /** A job that runs longer is stopped, and its server fails; default 7 days. It does not count while an incremental job waits. */
  jobTimeoutSeconds: number;
  /** A running job whose Progress and BusinessStatus stay the same for so long is treated as InError; default 6 hours. */
  stallTimeoutSeconds: number;
  /** What happens to a job after its last attempt; default `deleteJob`. A successful job is always deleted, an image never. */
  onFailure: 'keepJob' | 'deleteJob';
  /** Once so many servers have failed with the same error code, no more are started; absent: no limit. */
  stopAfterSameError?: number;
  /** Dates (`2026-12-31`, in the window's time zone, else UTC) on which no server is started. */
  lockoutDates: string[];
  /** Batches of a higher priority get their slots first; default 0. */
  priority: number;
  /** `servers`: the webhook gets an event of each server that ends, too. */
  notify?: 'batch' | 'servers';
}

export interface Wave {
  name: string;
  /** `approval`: the wave waits for `smc-batch approve` before its first server starts. */
  after?: 'approval';
  /** When more servers of the wave than this have failed, the batch stops; absent: no limit. */
  failureThreshold?: { count: number } | { share: number };
  /** Outside of it no server starts; running jobs go on. */
  window?: TimeWindow;
  /** Whether the wave may start when all servers of the wave before have started, before they have ended; default false. */
  overlap: boolean;
}

/** Daily hours in a time zone; a `to` at or before `from` is on the next day. */
export interface TimeWindow {
  /** `HH:MM` */
  from: string;
  /** `HH:MM` */
  to: string;
  /** IANA name; default UTC. */
  timezone: string;
  /** Days on which the window opens; absent: every day. */
  days?: Weekday[];
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** One server to migrate, by the id or the unique name of its source. */
export interface PlannedServer {
  /** Unique in the batch; default the source's name or id. */
  name: string;
  sourceId?: string;
  sourceName?: string;
  wave: string;
  /**
   * The settings for CreateReplicationJob, defaults applied; `job.name` comes from the plan's `jobName`. SMC does not get
   * `scheduledStartTime`: it is a gate of this server, and smc-batch creates and starts the job.
   */
  job: JobSettings & { regionId: string };
  /** Servers of this batch that must have been migrated before this one starts. */
  dependsOn?: string[];
  /** The server's group: only one server of a group migrates at a time. */
  exclusive?: string;
  /** The image that it became by other means: it counts as migrated, and neither its source nor any job is looked at. */
  done?: string;
  /** When an incremental job is cut over: last sync, final image (UTC, ISO 8601); absent: when an operator orders it. */
  cutoverAt?: string;
}

/** The earliest time at which this server's job is created and started; milliseconds since the epoch. */
export const startTimeOf = (job: Pick<JobSettings, 'scheduledStartTime'>): number | undefined =>
  job.scheduledStartTime === undefined ? undefined : Date.parse(job.scheduledStartTime);

/** The job settings for SMC, without the start time: SMC would start the job, too, or refuse a time that is past. */
export function settingsForSmc({
  scheduledStartTime: _,
  ...job
}: PlannedServer['job']): PlannedServer['job'] {
  return job;
}
