import { ApplicationFailure, Context } from '@temporalio/activity';
import { nextStep } from '../src/ledger';
import { lateReadPatience, looksForEffect, type ReplicationJob, SmcError } from '../src/smc';
import type { FailureDetail, SmcFailure } from '../workflows/contract/failure';
import type { ServerResult } from '../workflows/contract/server-messages';
import { refusalOf, saysNotFound } from './calls/call-or-look';
import { type ActivityContext, withHeartbeat } from './calls/context';
import { finalFailure, mayPass, smcApplicationFailure, smcCall } from './calls/smc-failure';
import { awaitsImage, type EndedJob, endedJob } from './jobs/ended-job';
import { jobAbsence } from './jobs/job-absence';
import type { SourceReader } from './sources/source-reader';
import { type LedgerEntryToWrite, writeLedger } from './sources/write-ledger';
import { tellBatch } from './workflows/tell-batch';

export interface DeleteReplicationJobInput {
  jobId: string;
  sourceId?: string;
  /** The ledger of its source, written before the job, which is the other proof of the migration, is deleted. */
  ledger?: LedgerEntryToWrite;
  /** The report to the batch, sent once the job is seen gone: the server's slot is free. */
  report?: { batch: string; server: string; round: number; result: ServerResult };
}

/** Why the job was not deleted: it is now seen Finished, or the ledger of its source was refused. */
export type NotDeleted = { finished: EndedJob } | { ledgerRefused: SmcFailure };

/**
 * Deletes a job and waits until it is gone: a deletion is asynchronous, and the job holds its slot until then. A job that does
 * not exist is a success. A failed job that is now seen Finished has migrated its server: it is not deleted, and is given
 * with its end. SMC: TagResources, DeleteReplicationJob.
 */
export function deleteReplicationJob(context: ActivityContext, sources: SourceReader) {
  return async (input: DeleteReplicationJobInput): Promise<NotDeleted | undefined> => {
    const ledgerRefused = await ledgerRefusal(context, sources, input);
    if (ledgerRefused) return { ledgerRefused };
    const finished = await untilDeleted(context, input);
    if (finished) return { finished };
    if (!input.report) return undefined;
    const { batch, ...ended } = input.report;
    await tellBatch(batch, { kind: 'ended', ...ended });
    return undefined;
  };
}

/** The part of the activity's heartbeats that tells the next attempt that the ledger is written. */
interface DeletionHeartbeat {
  ledger?: 'written';
}

/** Writes the ledger, unless an earlier attempt has done so. Gives the refusal, when SMC would refuse it again. */
async function ledgerRefusal(
  context: ActivityContext,
  sources: SourceReader,
  { ledger }: DeleteReplicationJobInput,
): Promise<SmcFailure | undefined> {
  const before = Context.current().info.heartbeatDetails as DeletionHeartbeat | undefined;
  if (!ledger || before?.ledger === 'written') return undefined;
  try {
    await smcCall((signal) => writeLedger(context, sources, ledger, signal));
    return undefined;
  } catch (error) {
    const isFinal = error instanceof ApplicationFailure && error.nonRetryable;
    const detail = isFinal ? (error.details?.[0] as FailureDetail | undefined) : undefined;
    if (!detail) throw error;
    return detail.failure;
  }
}

/** The result of a call for the deletion; `again`: the call has to be repeated. */
type Outcome = 'gone' | 'again' | { finished: ReplicationJob };

async function untilDeleted(
  context: ActivityContext,
  { jobId, sourceId, report, ledger }: DeleteReplicationJobInput,
): Promise<EndedJob | undefined> {
  const { smc, poller, pollIntervalSeconds } = context;
  const signal = Context.current().cancellationSignal;
  const absence = jobAbsence(context, { jobId, sourceId });
  const hasLackedImage = lateReadPatience(pollIntervalSeconds);
  const hasBeenEnded = lateReadPatience(pollIntervalSeconds);
  const hasFailed = report?.result.outcome === 'failed';
  const written: DeletionHeartbeat = ledger ? { ledger: 'written' } : {};
  const mayHaveFinished = report !== undefined && report.result.outcome !== 'migrated';
  let seen = 'asked to delete';
  let contradictions = 0;

  /** The next poll of the job; `finished` is the job when it is Finished, although its server has not counted as migrated. */
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

  /** SMC has accepted the deletion, which is asynchronous: polls until the job is gone. */
  const untilGone = async (): Promise<Outcome> => {
    for (let looks = 0; looks < looksForEffect; ) {
      const { job, error } = await look();
      if (job) looks++;
      else if (!error) return 'gone';
    }
    return 'again';
  };

  /** SMC has refused the deletion: the status of the job tells why. */
  const untilExplained = async (refusal: SmcError): Promise<Outcome> => {
    for (let looks = 1; ; looks++) {
      const { job, error, finished } = await look();
      if (error) continue;
      if (!job) {
        if (seen === 'Deleting') return 'gone';
        // The refusal may follow from a late read of SMC's own.
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
      // A job that runs again (an incremental sync) stops by itself, and may be Finished then. A late read may show the first
      // failure of a job that was started again: its second failure must be sure.
      const { step } = nextStep({ ...job, goal: 'gone', ledger: 'written' });
      const isAtWork = refusal.class === 'state' && (step === 'stop' || step === 'wait');
      if (isAtWork) contradictions = 0;
      const hasEndedAgain = hasBeenEnded(!isAtWork) || refusal.class !== 'state' || !hasFailed;
      if (isAtWork || !hasEndedAgain) continue;
      // The job has ended since the refusal, or this read is late: the next call will succeed.
      const isExplained = refusal.class === 'state' || saysNotFound(refusal);
      if (isExplained && ++contradictions < looksForEffect) return 'again';
      throw smcApplicationFailure(refusal);
    }
  };

  return withHeartbeat(
    () => ({ jobId, status: seen, ...written }),
    async (): Promise<EndedJob | undefined> => {
      // The job may have been started again since it broke, by us or by somebody else, and be Finished now.
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
    // The next attempt gets the last heartbeat.
    Context.current().heartbeat({ jobId, ...written });
    throw error instanceof SmcError ? smcApplicationFailure(error) : error;
  });
}

/** Whether the refusal may mean that the job is gone or being deleted. A transient refusal is left to the next attempt. */
const mayBeExplained = (refusal: SmcError) => !mayPass(refusal) && refusal.class !== 'quota';

/** The failure for a job that is not listed, but may still exist: it counts as a leftover. */
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
