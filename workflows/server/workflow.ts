import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';
import { serverFailure } from '../contract/ends/server-end';
import { smcFailureOf } from '../contract/failure';
import { cutOverRequested, type ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { CutOver } from './between-syncs';
import { cleanUp, endWithoutJob } from './clean-up';
import { createJob } from './create';
import type { Ended, Job } from './job';
import { runJob } from './job-runs';
import { showDetails } from './shown-phase';
import { type SlotsFromBatch, slotsFromBatch } from './slots';
import { answerStanding, noteStanding } from './standing';

/**
 * Migrates one server: creates its replication job, starts it, waits for its end, writes the ledger, deletes the job.
 * The batch starts it when it has a slot of each kind for it. Before it ends, also after a cancellation, it cleans up the job
 * as the policy says. It ends as its server does: Completed, Failed or Canceled in the Temporal UI.
 */
export async function serverMigration(input: ServerMigrationInput): Promise<ServerResult> {
  return endAs(await migrate(input));
}

/** Throws where the server has failed, or was cancelled. The batch has heard of it by then. */
function endAs(result: ServerResult): ServerResult {
  switch (result.outcome) {
    case 'failed':
      throw serverFailure(result);
    case 'cancelled':
      // Temporal keeps no details of a cancellation.
      if (result.jobId)
        upsertMemo({ jobId: result.jobId, ...(result.leftover && { leftover: result.leftover }) });
      throw new CancelledFailure('the server was cancelled');
    default:
      return result;
  }
}

async function migrate(input: ServerMigrationInput): Promise<ServerResult> {
  answerStanding(input);
  const slots = slotsFromBatch(input);
  const cutOver = cutOverOnRequest();

  const created = await createJob(input, slots);
  if ('result' in created) return endWithoutJob(input, created.result);
  const { job } = created;
  showJob(job);

  const ended = await endOf(input, job, slots, cutOver);
  return CancellationScope.nonCancellable(() => cleanUp(input, job, ended));
}

function cutOverOnRequest(): CutOver {
  const cutOver: CutOver = { requested: false };
  setHandler(cutOverRequested, () => {
    cutOver.requested = true;
  });
  return cutOver;
}

function showJob({ jobId }: Job): void {
  noteStanding({ phase: 'migrating', jobId });
  showDetails('running', `Job **${jobId}**`);
}

/** The last end of the job. A cancellation ends the wait at once; after a final refusal the job stays in the account with its work. */
async function endOf(
  input: ServerMigrationInput,
  job: Job,
  slots: SlotsFromBatch,
  cutOver: CutOver,
): Promise<Ended | 'cancelled'> {
  try {
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled');
    return await runJob(input, job, slots, cutOver);
  } catch (error) {
    return isCancellation(error) ? 'cancelled' : { end: 'Unknown', error: smcFailureOf(error) };
  }
}
