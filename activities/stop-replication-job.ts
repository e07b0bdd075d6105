import { Context } from '@temporalio/activity';
import { isAboutIdentity, SmcError } from '../src/smc';
import type { JobEnd, SmcFailure } from '../workflows/messages';
import { accountRefused } from './account-trouble';
import { type ActivityContext, withHeartbeat } from './context';
import { awaitsImage, endedJob } from './ended-job';
import { knownStatus, lateReadMilliseconds, lateReadPatience } from './replication-job-poller';
import { smcApplicationFailure, smcFailure } from './smc-failure';
import { tellBatch } from './tell-batch';

export interface StopReplicationJobInput {
  jobId: string;
  /** What the job was seen in before its last start: a late read may still show it. Absent when it was not started. */
  before?: { status: string; startTime?: string };
  /** Told to the batch once the job is seen not to run: its running slot is free. */
  report: { batch: string; server: string; round: number; start: number; end: JobEnd; error?: SmcFailure };
  /** Where it may not be stopped, its end is waited for: a job that runs holds its running slot. */
  waitsForItsEnd?: boolean;
}

export interface StoppedJob {
  /** What the job is in, now that it does not run; `Gone` when it is not listed any more. */
  status: 'Ready' | 'Finished' | 'Stopped' | 'InError' | 'Waiting' | 'Expired' | 'Deleting' | 'Gone';
  imageId?: string;
  instanceId?: string;
}

/**
 * Sees to it that a job does not run: stops it as soon as it can be stopped, which is while it is Syncing, or waits
 * until it has ended by itself. SMC: StopReplicationJob.
 */
export function stopReplicationJob({ smc, poller, pollIntervalSeconds }: ActivityContext) {
  return async ({ jobId, before, report, waitsForItsEnd }: StopReplicationJobInput): Promise<StoppedJob> => {
    const activity = Context.current();
    const signal = activity.cancellationSignal;
    let seen: { status?: string; businessStatus?: string; progress?: number; pollError?: string } = {};
    // A job just created or started may be listed a little late.
    const hasBeenGone = lateReadPatience(pollIntervalSeconds);
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
            } else if (hasBeenGone(true)) return { status: 'Gone' };
            continue;
          }
          hasBeenGone(false);
          const { job } = look;
          seen = { status: job.status, businessStatus: job.businessStatus, progress: job.progress };
          try {
            const status = knownStatus(job);
            const mayBeLate = before && job.status === before.status && job.startTime === before.startTime;
            if (mayBeLate && Date.now() - askedAt < lateReadMs) continue;
            if (status !== 'Running') {
              if (awaitsImage(job) && !hasLackedImage(true)) continue;
              const { imageId, instanceId } = status === 'Deleting' ? job : endedJob(job);
              return { status, imageId, instanceId };
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
    const { batch, ...stoppedRunning } = report;
    // SMC: a job that has been started once is never Ready again.
    const neverStarted = stopped.status === 'Ready';
    await tellBatch(batch, { kind: 'stoppedRunning', jobId, ...stoppedRunning, neverStarted });
    return stopped;
  };
}
