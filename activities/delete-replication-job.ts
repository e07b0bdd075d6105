import { Context } from '@temporalio/activity';
import { nextStep } from '../src/ledger';
import { lateReadPatience, looksForEffect, type ReplicationJob, SmcError } from '../src/smc';
import type { ServerResult } from '../workflows/contract/server-messages';
import { refusalOf, saysNotFound } from './calls/call-or-look';
import { type ActivityContext, withHeartbeat } from './calls/context';
import { finalFailure, mayPass, smcApplicationFailure } from './calls/smc-failure';
import { awaitsImage, type EndedJob, endedJob } from './jobs/ended-job';
import { jobAbsence } from './jobs/job-absence';
import { tellBatch } from './workflows/tell-batch';

export interface DeleteReplicationJobInput {
  jobId: string;
  sourceId?: string;
  /** Told to the batch once the job is seen gone: the server's slot is free. */
  report?: { batch: string; server: string; round: number; result: ServerResult };
}

/**
 * Deletes a job and waits until it is seen gone: deletion is asynchronous and holds its slot until then. A job that is
 * not there is fine. One that was to be deleted for its failure and is seen Finished has migrated its server after all:
 * it is left as it is and given back. SMC: DeleteReplicationJob.
 */
export function deleteReplicationJob(context: ActivityContext) {
  return async (input: DeleteReplicationJobInput): Promise<EndedJob | undefined> => {
    const finished = await untilDeleted(context, input);
    if (finished || !input.report) return finished;
    const { batch, ...ended } = input.report;
    await tellBatch(batch, { kind: 'ended', ...ended });
    return undefined;
  };
}

/** What followed from asking for the deletion; `again`: it has to be asked for once more. */
type Outcome = 'gone' | 'again' | { finished: ReplicationJob };

async function untilDeleted(
  context: ActivityContext,
  { jobId, sourceId, report }: DeleteReplicationJobInput,
): Promise<EndedJob | undefined> {
  const { smc, poller, pollIntervalSeconds } = context;
  const signal = Context.current().cancellationSignal;
  const absence = jobAbsence(context, { jobId, sourceId });
  const hasLackedImage = lateReadPatience(pollIntervalSeconds);
  const hasBeenEnded = lateReadPatience(pollIntervalSeconds);
  const hasFailed = report?.result.outcome === 'failed';
  const mayHaveFinished = report !== undefined && report.result.outcome !== 'migrated';
  let seen = 'asked to delete';
  let contradictions = 0;

  /** The next look, with the job where it is Finished though its server was taken for not migrated. */
  const look = async () => {
    const { job, ...rest } = await poller.nextLook(jobId, signal);
    const error = 'error' in rest ? rest.error : undefined;
    if (error?.class === 'account') throw smcApplicationFailure(error);
    if (job) seen = job.status;
    return { job, error, finished: mayHaveFinished && job?.status === 'Finished' ? job : undefined };
  };

  const withItsImage = async (finished: ReplicationJob): Promise<EndedJob> => {
    let job = finished;
    while (awaitsImage(job) && !hasLackedImage(true)) job = (await look()).finished ?? job;
    return endedJob(job);
  };

  /** SMC has taken the deletion, which is asynchronous: looks until the job is gone. */
  const untilGone = async (): Promise<Outcome> => {
    for (let looks = 0; looks < looksForEffect; ) {
      const { job, error } = await look();
      if (job) looks++;
      else if (!error) return 'gone';
    }
    return 'again';
  };

  /** SMC has refused the deletion: what the job is seen in tells why. */
  const untilExplained = async (refusal: SmcError): Promise<Outcome> => {
    for (let looks = 1; ; looks++) {
      const { job, error, finished } = await look();
      if (error) continue;
      if (!job) {
        if (seen === 'Deleting') return 'gone';
        // A refusal, whatever it says, may be late.
        const { isGone, doubt } = await absence.missed(signal);
        if (isGone) return 'gone';
        if (doubt !== undefined) throw doubtfulDeletion(refusal, doubt);
        continue;
      }
      absence.listed();
      if (finished) return { finished };
      const isLeaving = job.status === 'Deleting';
      if (isLeaving && looks < looksForEffect) continue;
      if (isLeaving) return 'again';
      // A job that runs again (an incremental sync) stops by itself, and may have Finished by then. One that failed before
      // it was started again must be known to have failed again: a late read may show its first failure.
      const { step } = nextStep({ ...job, goal: 'gone', ledger: 'written' });
      const isAtWork = refusal.class === 'state' && (step === 'stop' || step === 'wait');
      if (isAtWork) contradictions = 0;
      const hasEndedAgain = hasBeenEnded(!isAtWork) || refusal.class !== 'state' || !hasFailed;
      if (isAtWork || !hasEndedAgain) continue;
      // It has ended since it was refused, or what is seen is late: then asking again will do.
      const isExplained = refusal.class === 'state' || saysNotFound(refusal);
      if (isExplained && ++contradictions < looksForEffect) return 'again';
      throw smcApplicationFailure(refusal);
    }
  };

  return withHeartbeat(
    () => ({ jobId, status: seen }),
    async (): Promise<EndedJob | undefined> => {
      // The job may have been started once more since it broke, by us or by somebody, and have Finished.
      const before = hasFailed ? (await look()).finished : undefined;
      if (before) return withItsImage(before);
      for (;;) {
        const refusal = await refusalOf(
          () => smc.deleteReplicationJob({ jobId }, { signal }),
          mayBeExplained,
        );
        const outcome = refusal ? await untilExplained(refusal) : await untilGone();
        if (outcome === 'gone') return undefined;
        if (outcome !== 'again') return withItsImage(outcome.finished);
      }
    },
  ).catch((error: unknown) => {
    throw error instanceof SmcError ? smcApplicationFailure(error) : error;
  });
}

/** A refusal may mean that the job is gone or going; one that will pass is left to the next attempt. */
const mayBeExplained = (refusal: SmcError) => !mayPass(refusal) && refusal.class !== 'quota';

/** Nothing of it can be seen, so nothing tells that it is gone: it counts as left. */
const doubtfulDeletion = (refusal: SmcError, doubt: string) =>
  finalFailure(
    new SmcError({
      ...refusal.facts,
      httpStatus: undefined,
      code: 'ReplicationJob.NotSeen',
      message: `${doubt}; its deletion was refused: ${refusal.message}`,
      remedy:
        'Check that the worker has the credentials of this account, then smc-batch cleanup: it deletes the job where it is still there.',
    }),
  );
