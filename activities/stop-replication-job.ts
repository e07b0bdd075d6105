import { Context } from '@temporalio/activity';
import { nextStep } from '../src/ledger';
import {
  isAboutIdentity,
  lateReadMs,
  lateReadPatience,
  type ReplicationJob,
  SmcError,
  settledMs,
} from '../src/smc';
import type { SmcFailure } from '../workflows/contract/failure';
import type { JobEnd } from '../workflows/contract/server-messages';
import { type Restart, restartsIn } from '../workflows/contract/start-again';
import { accountRefused } from './calls/account-trouble';
import { refusalOf } from './calls/call-or-look';
import { type ActivityContext, withHeartbeat } from './calls/context';
import { smcFailure } from './calls/failure-of-error';
import { smcApplicationFailure } from './calls/smc-failure';
import { awaitsImage, type EndedJob, endedJob, jobSays, knownStatus } from './jobs/ended-job';
import { jobAbsence } from './jobs/job-absence';
import { tellBatch } from './workflows/tell-batch';

export interface StopReplicationJobInput {
  jobId: string;
  sourceId?: string;
  /** The job before its last start: a late read may still show it so. Absent when it was not started. */
  before?: { status: string; startTime?: string };
  /** The report to the batch, sent once the job is seen not to run: its running slot is free. */
  report: { batch: string; server: string; round: number; start: number; end: JobEnd; error?: SmcFailure };
  /** After which ends its workflow starts it again. */
  restart?: Restart;
  /** Whether to wait for the end of a job that SMC does not stop: a running job holds its running slot. */
  waitsForItsEnd?: boolean;
}

export interface StoppedJob extends Omit<EndedJob, 'end'> {
  /**
   * The status of the job that does not run; `Gone` when it is deleted; `NotSeen` when neither the job nor its source was listed
   * for a long time.
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
  /** The details of the job when it was last seen running. */
  said?: string;
}

/**
 * Makes a job end its run: stops it as soon as it can be stopped, which is while it is Syncing, or waits for its own end.
 * SMC: StopReplicationJob.
 */
export function stopReplicationJob(context: ActivityContext) {
  return async (input: StopReplicationJobInput): Promise<StoppedJob> => {
    const stopped = await untilStopped(context, input);
    const { batch, ...asked } = input.report;
    const { status, error } = stopped;
    // A job that has ended by itself keeps its own end. A job that is being deleted is not started again.
    const isOwnEnd = ownEnds.has(status);
    const end = isOwnEnd ? (status as JobEnd) : asked.end;
    const startsAgainInSeconds = isLeaving(status) ? undefined : restartsIn(input.restart, end);
    await tellBatch(batch, {
      kind: 'stoppedRunning',
      ...asked,
      jobId: input.jobId,
      end,
      error: error ?? asked.error,
      // SMC: a job that was started is never Ready again.
      neverStarted: status === 'Ready',
      startsAgainInSeconds,
    });
    return { ...stopped, startsAgainInSeconds };
  };
}

/** The ends that a job has by itself, without being stopped. */
const ownEnds: ReadonlySet<StoppedJob['status']> = new Set(['Finished', 'InError', 'Waiting', 'Expired']);
const isLeaving = (status: StoppedJob['status']) =>
  status === 'Deleting' || status === 'Gone' || status === 'NotSeen';

async function untilStopped(context: ActivityContext, input: StopReplicationJobInput): Promise<StoppedJob> {
  const { smc, poller, pollIntervalSeconds } = context;
  const { jobId, sourceId, before, waitsForItsEnd } = input;
  const signal = Context.current().cancellationSignal;
  const askedAt = Date.now();
  const absence = jobAbsence(context, { jobId, sourceId });
  const hasLackedImage = lateReadPatience(pollIntervalSeconds);
  let seen: { status?: string; businessStatus?: string; progress?: number; pollError?: string } = {};
  let said: string | undefined;
  let lastSeenAt = Date.now();

  /** The job is not listed: gives its end once that is sure. */
  const missed = async (): Promise<StoppedJob | undefined> => {
    const { isGone, doubt } = await absence.missed(signal);
    if (isGone) return { status: 'Gone' };
    if (doubt === undefined) return undefined;
    seen.pollError = doubt;
    // The job may still exist, but the wait ends.
    return Date.now() - lastSeenAt > settledMs ? { status: 'NotSeen', error: notSeen(doubt) } : undefined;
  };

  /** Whether the status explains a refused stop: the job has moved on since the read, or its own end is waited for. */
  const mayBeExplained = (refusal: SmcError) => {
    if (refusal.class === 'account') return waitsForItsEnd === true && !isAboutIdentity(refusal.code);
    return refusal.class !== 'fatal' || waitsForItsEnd === true;
  };

  /** Takes the next step for a job that is listed; gives the job once it does not run. */
  const step = async (job: ReplicationJob): Promise<StoppedJob | undefined> => {
    const { step: next } = nextStep({ ...job, goal: 'notRunning', awaitsImage: awaitsImage(job) });
    if (next === 'keep') {
      const refusal = await refusalOf(async () => knownStatus(job), mayBeExplained);
      seen.pollError = refusal?.message;
    }
    const isAsBefore = before && job.status === before.status && job.startTime === before.startTime;
    if (isAsBefore && Date.now() - askedAt < lateReadMs(pollIntervalSeconds)) return undefined;
    if (next === 'nothing') return stoppedAs(job, said);
    if (next === 'wait' && awaitsImage(job) && hasLackedImage(true)) return stoppedAs(job, said);
    if (next === 'stop') {
      const refusal = await refusalOf(() => smc.stopReplicationJob({ jobId }, { signal }), mayBeExplained);
      if (refusal?.class === 'account') accountRefused(smcFailure(refusal));
      if (refusal?.class === 'account' || refusal?.class === 'fatal') seen.pollError = refusal.message;
    }
    return undefined;
  };

  return withHeartbeat(
    () => ({ jobId, ...seen }),
    async () => {
      for (;;) {
        const { job, ...look } = await poller.nextLook(jobId, signal);
        let stopped: StoppedJob | undefined;
        if (job) {
          absence.listed();
          lastSeenAt = Date.now();
          if (job.status === 'Running') said = jobSays(job);
          seen = { status: job.status, businessStatus: job.businessStatus, progress: job.progress };
          stopped = await step(job).catch((error: unknown) => {
            throw error instanceof SmcError ? smcApplicationFailure(error) : error;
          });
        } else if ('error' in look && look.error) {
          if (look.error.class === 'account') throw smcApplicationFailure(look.error);
          seen.pollError = look.error.message;
        } else {
          stopped = await missed();
        }
        if (stopped) return stopped;
      }
    },
  );
}

function stoppedAs(job: ReplicationJob, said: string | undefined): StoppedJob {
  const { startTime } = job;
  if (job.status === 'Deleting') return { status: 'Deleting', startTime, said };
  const { end, error, ...ended } = endedJob(job);
  const status = end as StoppedJob['status'];
  // Only a job with an end of its own has an error.
  return { ...ended, status, said, error: ownEnds.has(status) ? error : undefined };
}

const notSeen = (doubt: string): SmcFailure => ({
  code: 'ReplicationJob.NotSeen',
  message: doubt,
  remedy:
    'Check that the worker has the credentials of this account. If the job is gone, there is nothing to do; otherwise smc-batch cleanup deletes it.',
});
