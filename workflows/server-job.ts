import type { PlannedServer, Policy } from '../src/plan';
import type { JobEnd, SmcFailure } from './messages';

/** What the batch gives a server's workflow. */
export interface ServerMigrationInput {
  batch: string;
  server: string;
  /** Counts the times the batch has taken the server up, from 1. */
  round: number;
  sourceId: string;
  /** Unique for each round of each run of the batch: two of them are two jobs. */
  creation: string;
  job: PlannedServer['job'];
  /** A job of an earlier life of the batch, to be adopted. */
  knownJobId?: string;
  /** The batch wants to hear that its slot was used: the API has refused others. */
  tells?: boolean;
  /** Of an incremental job; absent: when told. */
  cutoverAt?: string;
  policy: Pick<
    Policy,
    'attempts' | 'restartDelaySeconds' | 'jobTimeoutSeconds' | 'stallTimeoutSeconds' | 'onFailure'
  >;
}

/** What is known of the server's job. */
export interface Job {
  jobId: string;
  status: string;
  startTime?: string;
  /** Which start of it this is, from 1; a cut-over is one. */
  start: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  isExtended?: boolean;
  /** Starts that were refused for the state of its source. */
  refusedStarts?: number;
  /** What it was in before its last start. */
  before?: { status: string; startTime?: string };
}

/** How its job stopped running. */
export interface Ended {
  end: JobEnd;
  startTime?: string;
  imageId?: string;
  instanceId?: string;
  error?: SmcFailure;
  /** Its start was refused, and does not count as one. */
  isFree?: boolean;
}

/** Asks for a job that does not run, and tells the batch when that is so. Who has cancelled does not wait for its own end. */
export const stopRequest = (
  { batch, server, round }: ServerMigrationInput,
  { jobId, before, start }: Job,
  { end, error }: Ended,
) => ({
  jobId,
  before,
  report: { batch, server, round, start, end, error },
  waitsForItsEnd: end !== 'Stopped',
});
