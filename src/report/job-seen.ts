import type { ServerView } from '../../workflows/contract/views';
import { plainLine } from '../text';
import { formatDuration } from './duration';

/** A replication job as a worker last saw it, in SMC's words. Every view shows this one value, with its age. */
export interface JobSeen {
  status: string;
  businessStatus?: string;
  /** Percent. */
  progress?: number;
  /** When it was seen; milliseconds since the epoch. */
  at: number;
}

/** A server with its job, where that was asked for. */
export interface ServerInSight extends ServerView {
  jobSeen?: JobSeen;
}

/** `Syncing` while the job runs, else its status. */
export const jobPhase = ({ businessStatus, status }: Pick<JobSeen, 'businessStatus' | 'status'>) =>
  plainLine(businessStatus ?? status);

/** `42 %`: rounded down, so that 100 is said of what is done alone. */
export const jobPercent = (progress: number) => `${Math.floor(progress)} %`;

/** `Syncing 42 %`. */
export const jobState = (seen: Pick<JobSeen, 'businessStatus' | 'status' | 'progress'>) =>
  seen.progress === undefined ? jobPhase(seen) : `${jobPhase(seen)} ${jobPercent(seen.progress)}`;

/** `12 s ago`. */
export const seenAgo = ({ at }: Pick<JobSeen, 'at'>, now: number) => `${formatDuration(now - at)} ago`;

/** `Syncing 42 %, seen 12 s ago`. */
export const jobSeenLine = (seen: JobSeen, now: number) => `${jobState(seen)}, seen ${seenAgo(seen, now)}`;
