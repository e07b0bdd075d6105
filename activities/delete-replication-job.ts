import { ApplicationFailure, Context } from '@temporalio/activity';
import { type ReplicationJob, SmcError } from '../src/smc';
import type { ServerResult } from '../workflows/contract/server-messages';
import { type ActivityContext, withHeartbeat } from './calls/context';
import { mayPass, smcApplicationFailure, smcFailure } from './calls/smc-failure';
import { awaitsImage, type EndedJob, endedJob } from './jobs/ended-job';
import { jobAbsence } from './jobs/job-absence';
import { lateReadPatience } from './jobs/replication-job-poller';
import { tellBatch } from './workflows/tell-batch';

export interface DeleteReplicationJobInput {
  jobId: string;
  sourceId?: string;
  /** Told to the batch once the job is seen gone: the server's slot is free. */
  report?: { batch: string; server: string; round: number; result: ServerResult };
}

/** A deletion that shows no effect after so many looks is asked for again. */
const looksBeforeRepeat = 10;

/**
 * Deletes a job and waits until it is seen gone: deletion is asynchronous and holds its slot until then. A job that is
 * not there is fine. One that was to be deleted for its failure and is seen Finished has migrated its server after all:
 * it is left as it is and given back. SMC: DeleteReplicationJob.
 */
export function deleteReplicationJob(context: ActivityContext) {
  const { smc, poller, pollIntervalSeconds } = context;
  return async ({ jobId, sourceId, report }: DeleteReplicationJobInput): Promise<EndedJob | undefined> => {
    const activity = Context.current();
    const signal = activity.cancellationSignal;
    let seen = 'asked to delete';
    let contradictions = 0;
    const absence = jobAbsence(context, { jobId, sourceId });
    const hasLackedImage = lateReadPatience(pollIntervalSeconds);
    const hasBeenEnded = lateReadPatience(pollIntervalSeconds);
    const hasFailed = report?.result.outcome === 'failed';
    const mayHaveFinished = report !== undefined && report.result.outcome !== 'migrated';
    /** The next look, with the job where it is Finished against all we know. */
    const look = async () => {
      const { job, ...rest } = await poller.nextLook(jobId, signal);
      if ('error' in rest && rest.error?.class === 'account') throw smcApplicationFailure(rest.error);
      if (job) seen = job.status;
      const finishedJob = mayHaveFinished && job?.status === 'Finished' ? job : undefined;
      return { job, error: 'error' in rest ? rest.error : undefined, finishedJob };
    };
    const withItsImage = async (finishedJob: ReplicationJob): Promise<EndedJob> => {
      let job = finishedJob;
      while (awaitsImage(job) && !hasLackedImage(true)) job = (await look()).finishedJob ?? job;
      return endedJob(job);
    };

    const finished = await withHeartbeat(
      () => ({ jobId, status: seen }),
      async (): Promise<EndedJob | undefined> => {
        // It may have broken before it was started once more, by us or by somebody: that start is news to nobody.
        if (hasFailed) {
          const { finishedJob } = await look();
          if (finishedJob) return withItsImage(finishedJob);
        }
        for (;;) {
          let refusal: SmcError | undefined;
          try {
            await smc.deleteReplicationJob({ jobId }, { signal });
          } catch (error) {
            if (!(error instanceof SmcError)) throw error;
            // A refusal may mean that it is gone or going: look before judging.
            if (mayPass(error) || error.class === 'quota') throw smcApplicationFailure(error);
            refusal = error;
          }
          for (let looks = 1; ; looks++) {
            const { job, error, finishedJob } = await look();
            if (!job) {
              if (error) continue;
              // SMC has taken the deletion, or was seen at it: it is gone. A refusal, whatever it says, may be late.
              if (!refusal || seen === 'Deleting') return undefined;
              const { isGone, doubt } = await absence.missed(signal);
              if (isGone) return undefined;
              if (doubt !== undefined) throw doubtfulDeletion(refusal, doubt);
              continue;
            }
            absence.listed();
            if (refusal && finishedJob) return withItsImage(finishedJob);
            if (seen === 'Deleting' || !refusal) {
              if (looks < looksBeforeRepeat) continue;
              break;
            }
            // Running again (an incremental sync) passes by itself. Not asked again before that is seen: by then it may
            // have Finished, and one that failed before it was started again must be known to have failed again.
            const isAtWork = refusal.class === 'state' && seen === 'Running';
            if (isAtWork) contradictions = 0;
            const hasEndedAgain = hasBeenEnded(!isAtWork) || refusal.class !== 'state' || !hasFailed;
            if (isAtWork || !hasEndedAgain) continue;
            // It has ended since it was refused, or what we see is late: then asking again will do.
            const mayPass = refusal.class === 'state' || refusal.code.endsWith('.NotFound');
            if (mayPass && ++contradictions < looksBeforeRepeat) break;
            throw smcApplicationFailure(refusal);
          }
        }
      },
    );
    if (finished || !report) return finished;
    const { batch, ...ended } = report;
    await tellBatch(batch, { kind: 'ended', ...ended });
    return undefined;
  };
}

/** Nothing of it can be seen, so nothing tells that it is gone: it counts as left. */
const doubtfulDeletion = (refusal: SmcError, doubt: string) =>
  ApplicationFailure.create({
    type: 'ReplicationJob.NotSeen',
    message: doubt,
    nonRetryable: true,
    details: [
      {
        ...smcFailure(refusal),
        code: 'ReplicationJob.NotSeen',
        message: `${doubt}; its deletion was refused: ${refusal.message}`,
        remedy:
          'Check that the worker has the credentials of this account, then smc-batch cleanup: it deletes the job where it is still there.',
      },
      refusal.class,
    ],
  });
