import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { migratedNote } from '../../src/ledger/judge-source';
import { smcBatchCommand } from '../../src/text';
import {
  type FailureDetail,
  failureDetailOf,
  isGivenUp,
  isQuotaRefusal,
  type SmcFailure,
  smcFailureOf,
} from '../contract/failure';
import type { ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls } from './activities';
import { type Job, newJob } from './job';
import { shortCall } from './short-calls';
import type { SlotsFromBatch } from './slots';

/** The server's job; or the result of its migration, when it gets no job. */
export type Created = { job: Job } | { result: ServerResult };

/** Creates the server's job, or adopts it. When the quota refuses a job, it waits for a slot. */
export async function createJob(input: ServerMigrationInput, slots: SlotsFromBatch): Promise<Created> {
  try {
    for (;;) {
      try {
        return { job: await createOrAdopt(input) };
      } catch (error) {
        const { migrated } = failureDetailOf(error) ?? {};
        if (migrated) return { result: skipped(migrated) };
        if (isGivenUp(error)) return await findLostJob(input, smcFailureOf(error));
        if (!isQuotaRefusal(error)) throw error;
        await slots.ask(undefined, { refused: smcFailureOf(error) });
      }
    }
  } catch (error) {
    const isCancelled = isCancellation(error) && CancellationScope.current().consideredCancelled;
    return isCancelled ? { result: { outcome: 'cancelled' } } : failed(smcFailureOf(error));
  }
}

async function createOrAdopt(input: ServerMigrationInput): Promise<Job> {
  const { batch, server, sourceId, creationId, job, knownJobId } = input;
  // Not cancellable: a job that was created must be known, so that it is cleaned up.
  const created = await CancellationScope.nonCancellable(() =>
    shortCall('createReplicationJob', `source ${sourceId}`, {
      batch,
      server,
      sourceId,
      creationId,
      job,
      knownJobId,
    }),
  );
  return newJob(created, Date.now());
}

/** Finds the job of a call without an answer: if the call has created a job, that job has the server's tags. */
async function findLostJob(input: ServerMigrationInput, error: SmcFailure): Promise<Created> {
  const { batch, server, sourceId } = input;
  try {
    const found = await CancellationScope.nonCancellable(() =>
      smcCalls(`source ${sourceId}`).findJobOfServer({ batch, server, sourceId }),
    );
    return found ? { job: newJob(found, Date.now()) } : failed(error);
  } catch (unknown) {
    if (!isGivenUp(unknown)) throw unknown;
    return failed({
      ...error,
      message: `${error.message}; it is not known whether a replication job was created for source server ${sourceId}`,
      remedy: `There may be one, with the tags smc-batch=${batch} and smc-batch-server=${server}: ${smcBatchCommand('cleanup', [batch], { 'dry-run': true })} lists it, and a retry of the server adopts it.`,
    });
  }
}

/** The result when another batch has migrated the source since the survey. */
function skipped({ entry, jobId }: NonNullable<FailureDetail['migrated']>): ServerResult {
  const leftover = jobId === undefined ? undefined : ({ jobId, why: 'notTakenUp' } as const);
  return { outcome: 'skipped', note: migratedNote(entry), imageId: entry.image, leftover };
}

const failed = (error: SmcFailure): Created => ({ result: { outcome: 'failed', error } });
