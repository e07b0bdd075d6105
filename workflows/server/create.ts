import { ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import { smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import { isGivenUp, isQuotaRefusal, smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls } from './activities';
import { type Job, newJob } from './job';
import type { SlotsFromBatch } from './slots';

/** Creates the server's job, or adopts it; for its quota's refusal it waits for a slot. */
export async function createJob(input: ServerMigrationInput, slots: SlotsFromBatch): Promise<Job> {
  const { batch, server, sourceId, creation, job, knownJobId } = input;
  for (;;) {
    try {
      // Not cancellable: a job that may have been created must be known, to be cleaned up.
      const created = await CancellationScope.nonCancellable(() =>
        smcCalls(`source ${sourceId}`).createReplicationJob({
          batch,
          server,
          sourceId,
          creation,
          job,
          knownJobId,
        }),
      );
      return newJob(created, Date.now());
    } catch (error) {
      if (isQuotaRefusal(error)) await slots.ask(undefined, { refused: smcFailureOf(error) });
      else if (isGivenUp(error)) return await jobOfLostCreation(input, smcFailureOf(error));
      else throw error;
    }
  }
}

/** Nobody has heard whether the creation took effect: its job, if there is one, carries the server's tags. */
async function jobOfLostCreation(input: ServerMigrationInput, error: SmcFailure): Promise<Job> {
  const { batch, server, sourceId } = input;
  const found = await CancellationScope.nonCancellable(() =>
    smcCalls(`source ${sourceId}`).findJobOfServer({ batch, server, sourceId }),
  ).catch((unknown: unknown) => {
    if (!isGivenUp(unknown)) throw unknown;
    throw lostCreation(input, error);
  });
  if (!found) throw ApplicationFailure.nonRetryable(error.message, error.code, error);
  return newJob(found, Date.now());
}

const lostCreation = ({ batch, server, sourceId }: ServerMigrationInput, error: SmcFailure) =>
  ApplicationFailure.nonRetryable(error.message, error.code, {
    ...error,
    message: `${error.message}; whether a replication job was created for source server ${sourceId} could not be learned`,
    remedy: `There may be one, with the tags smc-batch=${batch} and smc-batch-server=${server}: ${smcBatchCommand('cleanup', [batch], { 'dry-run': true })} lists it, and a retry of the server takes it up.`,
  });
