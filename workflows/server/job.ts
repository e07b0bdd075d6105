import type { CreatedJob } from '../../activities/create-replication-job';
import type { EndedJob } from '../../activities/jobs/ended-job';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { Restart } from '../contract/start-again';

/** A call that makes a job run: a start, or the cut-over of an incremental job. */
export type Launch = 'start' | 'cutOver';

/** The server's job, as its workflow knows it. */
export interface Job {
  jobId: string;
  status: string;
  startTime?: string;
  /** The number of this start of the job, from 1; a cut-over counts as a start. */
  start: number;
  /** The number of this attempt since the last job run that succeeded, from 1, of the policy's attempts. */
  attempt: number;
  /** The number of cut-overs that were begun: after one that breaks, the next comes after a wait. */
  cutOvers: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** When the job expires, where that is not 30 days after its creation; milliseconds since the epoch. */
  validUntil?: number;
  extensionIsRefused?: boolean;
  /** A warning is planned for the operators before the job expires. */
  warnsOfExpiry?: boolean;
  /** The number of refusals in a row to start the job because of the state of its source. */
  refusedStarts: number;
  /** Seconds between two polls of the worker that has created it. */
  pollIntervalSeconds?: number;
  /** The job before its last start, or cut-over: a late read may still show it so. */
  before?: { status: string; startTime?: string };
}

/** A job that was created or adopted, before its first start. */
export function newJob(created: CreatedJob, now: number): Job {
  const { jobId, status, startTime, creationTime, validTime, pollIntervalSeconds } = created;
  const time = (text: string | undefined) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  return {
    jobId,
    status,
    startTime,
    start: 1,
    attempt: 1,
    cutOvers: 0,
    refusedStarts: 0,
    createdAt: time(creationTime) ?? now,
    validUntil: time(validTime),
    pollIntervalSeconds,
  };
}

/** The end of a job run, or a refused start. Whether the job is started again is decided, and reported to the batch. */
export interface Ended extends EndedJob {
  /** Its start was refused, and does not count as an attempt. */
  costsNoAttempt?: boolean;
}

/** Notes the status with which a job run has ended. */
export function noteEnd(job: Job, { end, startTime }: Pick<Ended, 'end' | 'startTime'>): void {
  job.status = end;
  job.startTime = startTime;
}

/** SMC: only a job in one of these can be started. */
export const isStartable = ({ status }: Job) =>
  status === 'Ready' || status === 'Stopped' || status === 'InError';

/** The request to stop the job and report it to the batch. After a cancellation it does not wait for a job that cannot be stopped. */
export const stopRequest = (
  { batch, server, round, sourceId }: ServerMigrationInput,
  { jobId, before, start }: Job,
  { end, error }: Ended,
  restart?: Restart,
) => ({
  jobId,
  sourceId,
  before,
  report: { batch, server, round, start, end, error },
  restart,
  waitsForItsEnd: end !== 'Stopped',
});
