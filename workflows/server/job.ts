import type { CreatedJob } from '../../activities/create-replication-job';
import type { SmcFailure } from '../contract/failure';
import type { JobEnd } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { Restart } from '../contract/start-again';

/** What sets a job going: a start, or the cut-over of an incremental one. */
export type Step = 'start' | 'cutOver';

/** What is known of the server's job. */
export interface Job {
  jobId: string;
  status: string;
  startTime?: string;
  /** Which start of it this is, from 1; a cut-over is one. */
  start: number;
  /** Which start since it was last in order, from 1: only these count against the policy's attempts. */
  attempt: number;
  /** Cut-overs begun: one that breaks is begun again after the next sync. */
  cutOvers: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Until when SMC keeps it, where that is more than the 30 days it gives by itself; milliseconds since the epoch. */
  validUntil?: number;
  extensionIsRefused?: boolean;
  /** The operator is told before it expires. */
  tellsExpiry?: boolean;
  /** Starts that were refused for the state of its source. */
  refusedStarts: number;
  /** What it was in before its last start. */
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

/** How its job stopped running, or did not begin to. */
export interface Ended {
  end: JobEnd;
  startTime?: string;
  imageId?: string;
  instanceId?: string;
  error?: SmcFailure;
  /** Its start was refused, and does not count as one. */
  isFree?: boolean;
}

/** What it is in by now. */
export function note(job: Job, { end, startTime }: Ended): void {
  job.status = end;
  job.startTime = startTime;
}

/** Asks for a job that does not run, and tells the batch when that is so. Who has cancelled does not wait for its own end. */
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
