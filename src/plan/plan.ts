import type { JobSettings } from '../smc';

/** A batch plan with every default applied and every server resolved: what the workflows work from. */
export interface Plan {
  /** The batch's name; also its id in Temporal (`smc-batch:<name>`). */
  name: string;
  account: Account;
  policy: Policy;
  /** In the order they run. A plan without waves has one, named `all`. */
  waves: Wave[];
  /** In the plan's order; each names a wave of {@link waves}. */
  servers: PlannedServer[];
}

export interface Account {
  /** Batches with the same id share one quota; default `default`. */
  id: string;
  /** Jobs that may exist and jobs that may run at once in the account; default 100 and 50. */
  quota: { jobs: number; running: number };
}

export interface Policy {
  /** Servers of this batch whose jobs run at once; default: the account's running quota. */
  maxConcurrent: number;
  /** Starts of one job before it counts as failed; default 3. */
  attempts: number;
  /** Seconds between a job's InError and its next start, doubled each time; default 60. */
  restartDelaySeconds: number;
  /** A job that has not ended by then is stopped and failed; default 7 days. An incremental job is not bound by it while it waits. */
  jobTimeoutSeconds: number;
  /** A running job whose Progress and BusinessStatus have not moved for so long is treated as InError; default 6 hours. */
  stallTimeoutSeconds: number;
  /** What becomes of a job after its last attempt; default `deleteJob`. A successful job is always deleted, an image never. */
  onFailure: 'keepJob' | 'deleteJob';
  /** After so many servers have failed with one and the same error code no more are started; absent: never. */
  stopAfterSameError?: number;
  /** Dates (`2026-12-31`, in the window's time zone, else UTC) on which nothing is started. */
  lockoutDates: string[];
  /** Batches of a higher priority get their slots first; default 0. */
  priority: number;
}

export interface Wave {
  name: string;
  /** `approval`: waits for `smc-batch approve` before its first server starts. */
  after?: 'approval';
  /** The batch stops after this wave when more servers than this have failed; absent: it never does. */
  failureThreshold?: { count: number } | { share: number };
  /** Outside of it no server starts; running work is never broken. */
  window?: TimeWindow;
  /** May start as soon as no server of the wave before waits any more, beside its stragglers; default false. */
  overlap: boolean;
}

/** Daily hours, local to a time zone; `to` at or before `from` means the next morning. */
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
   * What CreateReplicationJob gets, defaults applied; `job.name` comes from the plan's `jobName`. All but
   * `scheduledStartTime`: that is this server's gate, and its job is created and started by us.
   */
  job: JobSettings & { regionId: string };
  /** Servers of this batch that must have been migrated before this one starts. */
  dependsOn?: string[];
  /** Servers that share a group never migrate at the same time. */
  exclusive?: string;
  /** Incremental jobs only: when the last sync runs and the final image is made (UTC, ISO 8601); absent: when told. */
  cutoverAt?: string;
}

/** Before it this server's job is neither created nor started; milliseconds since the epoch. */
export const startTimeOf = (job: Pick<JobSettings, 'scheduledStartTime'>): number | undefined =>
  job.scheduledStartTime === undefined ? undefined : Date.parse(job.scheduledStartTime);

/** What SMC is told of a server's job: with its time as well, SMC would start it too, or refuse a time that is past. */
export function settingsForSmc({
  scheduledStartTime: _,
  ...job
}: PlannedServer['job']): PlannedServer['job'] {
  return job;
}
