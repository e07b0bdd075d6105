import { Context } from '@temporalio/activity';
import { isAboutIdentity, type ReplicationJob, SmcError } from '../src/smc';
import type { SmcFailure } from '../workflows/contract/failure';
import type { JobEnd } from '../workflows/contract/server-messages';
import { type Restart, restartsIn } from '../workflows/contract/start-again';
import { accountRefused } from './calls/account-trouble';
import { type ActivityContext, withHeartbeat } from './calls/context';
import { smcApplicationFailure, smcFailure } from './calls/smc-failure';
import { awaitsImage, endedJob, jobSays } from './jobs/ended-job';
import { jobAbsence } from './jobs/job-absence';
import { knownStatus, lateReadMilliseconds, lateReadPatience } from './jobs/replication-job-poller';
import { tellBatch } from './workflows/tell-batch';

export interface StopReplicationJobInput {
  jobId: string;
  sourceId?: string;
  /** What the job was seen in before its last start: a late read may still show it. Absent when it was not started. */
  before?: { status: string; startTime?: string };
  /** Told to the batch once the job is seen not to run: its running slot is free. */
  report: { batch: string; server: string; round: number; start: number; end: JobEnd; error?: SmcFailure };
  /** After which ends its workflow starts it again. */
  restart?: Restart;
  /** Where it may not be stopped, its end is waited for: a job that runs holds its running slot. */
  waitsForItsEnd?: boolean;
}

export interface StoppedJob {
  /**
   * What the job is in, now that it does not run; `Gone` when it has been seen to be; `NotSeen` when neither it nor its
   * source has been listed for long.
   */
  status:
    | 'Ready'
    | 'Finished'
    | 'Stopped'
    | 'InError'
    | 'Waiting'
    | 'Expired'
    | 'Deleting'
    | 'Gone'
    | 'NotSeen';
  startTime?: string;
  imageId?: string;
  instanceId?: string;
  /** Of one that has come to its end before it could be stopped. */
  error?: SmcFailure;
  /** What it said when it was last seen at work. */
  said?: string;
}

/** One that cannot be seen, and may be there all the same, is not waited for any longer than this. */
const longestUnseenMs = 600_000;

/**
 * Sees to it that a job does not run: stops it as soon as it can be stopped, which is while it is Syncing, or waits
 * until it has ended by itself. SMC: StopReplicationJob.
 */
export function stopReplicationJob(context: ActivityContext) {
  const { smc, poller, pollIntervalSeconds } = context;
  return async (input: StopReplicationJobInput): Promise<StoppedJob> => {
    const { jobId, sourceId, before, report, restart, waitsForItsEnd } = input;
    const activity = Context.current();
    const signal = activity.cancellationSignal;
    let seen: { status?: string; businessStatus?: string; progress?: number; pollError?: string } = {};
    let said: string | undefined;
    // A job just created or started may be listed a little late.
    const absence = jobAbsence(context, { jobId, sourceId });
    let lastSeenAt = Date.now();
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);
    const askedAt = Date.now();
    const lateReadMs = lateReadMilliseconds(pollIntervalSeconds);
    const stopped = await withHeartbeat(
      () => ({ jobId, ...seen }),
      async (): Promise<StoppedJob> => {
        for (;;) {
          const look = await poller.nextLook(jobId, signal);
          if (!look.job) {
            if (look.error) {
              if (look.error.class === 'account') throw smcApplicationFailure(look.error);
              seen.pollError = look.error.message;
            } else {
              const { isGone, doubt } = await absence.missed(signal);
              if (isGone) return { status: 'Gone' };
              if (doubt !== undefined) seen.pollError = doubt;
              if (doubt !== undefined && Date.now() - lastSeenAt > longestUnseenMs)
                return { status: 'NotSeen', error: notSeen(doubt) };
            }
            continue;
          }
          absence.listed();
          lastSeenAt = Date.now();
          const { job } = look;
          if (job.status === 'Running') said = jobSays(job);
          seen = { status: job.status, businessStatus: job.businessStatus, progress: job.progress };
          try {
            const status = knownStatus(job);
            const mayBeLate = before && job.status === before.status && job.startTime === before.startTime;
            if (mayBeLate && Date.now() - askedAt < lateReadMs) continue;
            if (status !== 'Running') {
              if (awaitsImage(job) && !hasLackedImage(true)) continue;
              return stoppedAs(status, job, said);
            }
            if (job.businessStatus === 'Syncing') await smc.stopReplicationJob({ jobId }, { signal });
          } catch (error) {
            if (error instanceof SmcError && error.class === 'account') {
              if (!waitsForItsEnd || isAboutIdentity(error.code)) throw smcApplicationFailure(error);
              accountRefused(smcFailure(error));
            }
            // It went on between our look and our call, or the API is busy: the next look decides.
            if (error instanceof SmcError && error.class !== 'fatal' && error.class !== 'account') continue;
            if (error instanceof SmcError && waitsForItsEnd) {
              seen.pollError = error.message;
              continue;
            }
            throw error instanceof SmcError ? smcApplicationFailure(error) : error;
          }
        }
      },
    );
    const { batch, ...asked } = report;
    // It was faster than we: its own end says more.
    const ended = ownEnds.has(stopped.status) ? { ...asked, end: stopped.status as JobEnd } : asked;
    const { error = ended.error } = stopped;
    // SMC: a job that has been started once is never Ready again.
    const neverStarted = stopped.status === 'Ready';
    const startsAgainInSeconds = restartsIn(restart, ended.end);
    await tellBatch(batch, {
      kind: 'stoppedRunning',
      jobId,
      ...ended,
      error,
      neverStarted,
      startsAgainInSeconds,
    });
    return stopped;
  };
}

/** Ends that a job comes to by itself, whoever wanted to stop it. */
const ownEnds: ReadonlySet<StoppedJob['status']> = new Set(['Finished', 'InError', 'Waiting', 'Expired']);

function stoppedAs(
  status: Exclude<StoppedJob['status'], 'Gone' | 'NotSeen'>,
  job: ReplicationJob,
  said: string | undefined,
): StoppedJob {
  const { startTime } = job;
  if (status === 'Deleting') return { status, startTime, said };
  const { imageId, instanceId, error } = endedJob(job);
  // One that was stopped in time says nothing more than that.
  const isOwnEnd = ownEnds.has(status);
  return { status, startTime, imageId, instanceId, said, error: isOwnEnd ? error : undefined };
}

const notSeen = (doubt: string): SmcFailure => ({
  code: 'ReplicationJob.NotSeen',
  message: doubt,
  remedy:
    'Check that the worker has the credentials of this account. Where the job is really gone, nothing is left to do; else smc-batch cleanup deletes it.',
});
