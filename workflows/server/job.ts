import type { CreatedJob } from '../../activities/create-replication-job';
import type { EndedJob } from '../../activities/jobs/ended-job';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { Restart } from '../contract/start-again';

/** What sets a job going: a start, or the cut-over of an incremental job. */
export type Launch = 'start' | 'cutOver';

/** What is known of the server's job. */
export interface Job {
  jobId: string;
  status: string;
  startTime?: string;
  /** Number of this start of the job, from 1; a cut-over counts as a start. */
  start: number;
  /** Number of this start since the last run that succeeded, from 1: only these count against the policy's attempts. */
  attempt: number;
  /** Cut-overs begun: a cut-over that breaks is begun again after the next sync. */
  cutOvers: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** When SMC lets it expire, where that is not the usual 30 days after its creation; milliseconds since the epoch. */
  validUntil?: number;
  extensionIsRefused?: boolean;
  /** The operator will be told before it expires. */
  warnsOfExpiry?: boolean;
  /** Starts that were refused for the state of its source. */
  refusedStarts: number;
  /** What it was in before its last start, or cut-over: a late read may still show that. */
  before?: { status: string; startTime?: string };
}

/** A job as it was created or adopted, before its first start. */
export function newJob(created: CreatedJob, now: number): Job {
  const { jobId, status, startTime, creationTime, validTime } = created;
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
  };
}

/** How the job stopped running, or did not begin to; whether it is started again has been decided, and told to the batch. */
export interface Ended extends EndedJob {
  /** Its start was refused, and does not count as an attempt. */
  costsNoAttempt?: boolean;
}

/** The job is in the status that it has ended with. */
export function noteEnd(job: Job, { end, startTime }: Pick<Ended, 'end' | 'startTime'>): void {
  job.status = end;
  job.startTime = startTime;
}

/** SMC: only a job in one of these can be started. */
export const isStartable = ({ status }: Job) =>
  status === 'Ready' || status === 'Stopped' || status === 'InError';

/** The request to stop the job and tell the batch. After a cancellation a job that may not be stopped is not waited for. */
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
