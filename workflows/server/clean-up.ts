import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { NotDeleted } from '../../activities/delete-replication-job';
import { failureText } from '../../src/text';
import { type SmcFailure, smcFailureOf } from '../contract/failure';
import type { Leftover, ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { deletionWaits, stopWaits } from './activities';
import { type Ended, type Job, stopRequest } from './job';
import {
  finished,
  keptResult,
  mustBeLookedAt,
  nextOf,
  type Removal,
  removalAfter,
  resultWithoutJob,
} from './removal';
import { shortCall } from './short-calls';
import { showDetails, showPhase } from './shown-phase';
import { noteStanding } from './standing';

/** Makes sure the job does not run, writes the ledger where there is an image, and deletes or keeps the job. */
export async function cleanUp(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
): Promise<ServerResult> {
  const { jobId } = job;
  showDetails('cleaning up', `Job **${jobId}**`);
  let removal = removalAfter(job, ended);
  if (removal.status !== undefined && removal.status !== 'Gone') noteFinishing(jobId, removal);
  try {
    for (;;) {
      const next = nextOf(input, removal);
      if (mustBeLookedAt(removal, next)) {
        // A job that stays is looked at as it is.
        removal = await lookedAt(input, jobId, removal, next.step === 'keep' ? undefined : removal.status);
        continue;
      }
      switch (next.step) {
        case 'nothing':
          return endWithoutJob(input, resultWithoutJob(removal.result));
        case 'keep':
          return endWithoutJob(input, keptResult(input.batch, jobId, removal, next.why));
        case 'stop':
          removal = await stopped(input, job, ended, removal);
          break;
        // The job is deleted as soon as the source is tagged. The wait for a job that is being deleted already is the same.
        case 'tag':
        case 'wait':
        case 'delete': {
          noteFinishing(jobId, removal);
          const result = resultWithoutJob(removal.result);
          const not = await deleted(input, job, result, next.step === 'tag');
          if (!not) {
            showEnd(result);
            return result;
          }
          removal =
            'finished' in not ? finished(jobId, not.finished) : withoutLedger(removal, not.ledgerRefused);
        }
      }
    }
  } catch (error) {
    const leftover: Leftover = { jobId, why: 'deleteFailed', error: smcFailureOf(error) };
    return endWithoutJob(input, { ...removal.result, leftover });
  }
}

function noteFinishing(jobId: string, { result }: Removal): void {
  noteStanding({ phase: 'finishing', jobId, error: result.outcome === 'failed' ? result.error : undefined });
}

/** What cannot be read any more is missing from the report; the job goes all the same. */
async function lookedAt(
  { sourceId }: ServerMigrationInput,
  jobId: string,
  removal: Removal,
  status: string | undefined,
): Promise<Removal> {
  const evidence = await shortCall('describeFailedJob', `what SMC says of ${jobId}`, {
    jobId,
    sourceId,
    status,
  }).catch(() => undefined);
  const result = { ...removal.result, ...(evidence && { evidence }) } as Removal['result'];
  return { ...removal, result, isLookedAt: true };
}

async function stopped(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
  removal: Removal,
): Promise<Removal> {
  const reason: Ended = ended === 'cancelled' ? { end: 'Stopped' } : ended;
  const request = stopRequest(input, job, reason);
  const { status, error, ...seen } = await stopWaits(job.jobId).stopReplicationJob(request);
  return status === 'Finished' ? finished(job.jobId, seen) : { ...removal, status, error };
}

/**
 * Tags the source as migrated (`tags`), deletes the job and waits until it is gone; then the activity has reported the result to
 * the batch. Gives the reason when the job is not deleted.
 */
async function deleted(
  { batch, server, round, sourceId }: ServerMigrationInput,
  job: Job,
  result: ServerResult,
  tags: boolean,
): Promise<NotDeleted | undefined> {
  const { jobId } = job;
  const ledger = tags && result.outcome === 'migrated' ? ledgerEntry(batch, sourceId, result) : undefined;
  const summary = ledger ? `${jobId}; source ${sourceId}: ${ledger.image}` : jobId;
  return deletionWaits(job, summary).deleteReplicationJob({
    jobId,
    sourceId,
    ledger,
    report: { batch, server, round, result },
  });
}

const ledgerEntry = (
  batch: string,
  sourceId: string,
  { jobId, imageId, instanceId }: Extract<ServerResult, { outcome: 'migrated' }>,
) => ({
  sourceId,
  batch,
  image: imageId ?? instanceId ?? jobId,
  migration: { jobId, startedAt: workflowInfo().startTime.getTime(), endedAt: Date.now() },
});

/** The refusal to tag the source is noted in the result: the server has been migrated all the same. */
function withoutLedger(removal: Removal, error: SmcFailure): Removal {
  const note = `the source could not be tagged as migrated: ${failureText(error)}`;
  return { ...removal, ledger: 'refused', error, result: { ...removal.result, note } as Removal['result'] };
}

/** Reports the result to the batch where no job is deleted; a deletion reports it by itself. */
export async function endWithoutJob(
  { batch, server, round }: ServerMigrationInput,
  result: ServerResult,
): Promise<ServerResult> {
  await CancellationScope.nonCancellable(() =>
    shortCall('tellBatch', result.outcome, { batch, kind: 'ended', server, round, result }),
  );
  showEnd(result);
  return result;
}

function showEnd(result: ServerResult): void {
  const details =
    result.outcome === 'failed' ? `${result.error.message}\n\n${result.error.remedy}` : undefined;
  showPhase(result.outcome, details);
}
