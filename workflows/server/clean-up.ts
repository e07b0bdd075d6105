import { CancellationScope } from '@temporalio/workflow';
import { tagsOfMigratedSource } from '../../src/ledger/tags';
import { smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import { smcFailureOf } from '../contract/failure';
import type { ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls, smcWaits } from './activities';
import { type Ended, type Job, stopRequest } from './job';
import { enter, enterDetails } from './shown-phase';
import { stand } from './standing';

/** Makes sure the job does not run, writes the ledger where there is an image, and deletes or keeps the job. */
export async function cleanUp(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
): Promise<ServerResult> {
  const { jobId } = job;
  enterDetails('cleaning up', `Job **${jobId}**`);
  let result = resultOf(jobId, ended);
  if (ended !== 'cancelled' && ended.end === 'Gone') return endWithoutJob(input, result);
  if (result.outcome === 'failed' && result.error.code === 'UnknownStatus') {
    return endWithoutJob(input, {
      ...result,
      leftover: { jobId, why: 'unknownStatus', error: result.error },
    });
  }

  // No end was seen: a call was refused, or could not be made for too long.
  const wasRefused = ended !== 'cancelled' && (ended.end === 'Unknown' || ended.end === 'NotStarted');
  const finishing = () =>
    stand({ phase: 'finishing', jobId, error: result.outcome === 'failed' ? result.error : undefined });
  if (ended !== 'cancelled' && !wasRefused) finishing();
  try {
    if (ended === 'cancelled' || wasRefused) {
      const end: Ended = ended === 'cancelled' ? { end: 'Stopped' } : ended;
      const stopped = await smcWaits(jobId).stopReplicationJob(stopRequest(input, job, end));
      const { status, error } = stopped;
      // It was faster than we: its image is there, so the server has been migrated.
      if (status === 'Finished')
        result = { outcome: 'migrated', jobId, imageId: stopped.imageId, instanceId: stopped.instanceId };
      if (status === 'Gone') return endWithoutJob(input, result);
      if (status === 'NotSeen')
        return endWithoutJob(input, { ...result, leftover: { jobId, why: 'notSeen', error } });
      // SMC: one that was started is never Ready again. What has work in it is not deleted for a refusal.
      if (result.outcome === 'failed' && status !== 'Ready' && status !== 'Expired' && status !== 'Deleting')
        return endWithoutJob(input, withLeftJob(input, result, error));
      finishing();
    }
    for (;;) {
      if (result.outcome === 'migrated') {
        const error = await writeLedger(input, result);
        const note = error && `the source could not be tagged as migrated: ${error.message}. ${error.remedy}`;
        result = { ...result, note };
        if (error)
          return endWithoutJob(input, { ...result, leftover: { jobId, why: 'ledgerNotWritten', error } });
      }
      if (result.outcome === 'failed' && input.policy.onFailure === 'keepJob') {
        return endWithoutJob(input, { ...result, leftover: { jobId, why: 'keptByPolicy' } });
      }
      const { batch, server, round } = input;
      const finished = await smcWaits(jobId).deleteReplicationJob({
        jobId,
        sourceId: input.sourceId,
        report: { batch, server, round, result },
      });
      if (!finished) break;
      result = { outcome: 'migrated', jobId, imageId: finished.imageId, instanceId: finished.instanceId };
    }
  } catch (error) {
    return endWithoutJob(input, {
      ...result,
      leftover: { jobId, why: 'deleteFailed', error: smcFailureOf(error) },
    });
  }
  enter(result.outcome);
  return result;
}

/** What the job says by now goes with the refusal, and what can be done: its work is there. */
function withLeftJob(
  { batch }: ServerMigrationInput,
  { error, ...result }: JobResult & { outcome: 'failed' },
  said: SmcFailure | undefined,
): ServerResult {
  const message = said && said.code !== error.code ? `${error.message}; ${said.message}` : error.message;
  const { jobId } = result as { jobId: string };
  const remedy = `${error.remedy} Its job and what it has transferred stay in the account: a retry of the server goes on with them, ${smcBatchCommand('cleanup', [batch])} deletes them.`;
  const told = { ...error, message, remedy };
  return { ...result, error: told, leftover: { jobId, why: 'refused', error: told } };
}

type JobResult = Exclude<ServerResult, { outcome: 'skipped' }>;

function resultOf(jobId: string, ended: Ended | 'cancelled'): JobResult {
  if (ended === 'cancelled') return { outcome: 'cancelled', jobId };
  if (ended.end === 'Finished')
    return { outcome: 'migrated', jobId, imageId: ended.imageId, instanceId: ended.instanceId };
  const error = ended.error ?? {
    code: `ReplicationJob.${ended.end}`,
    message: `replication job ${jobId} is ${ended.end}`,
    remedy: 'See the job in the SMC console, then retry the server.',
  };
  return { outcome: 'failed', jobId, error };
}

/** Tags the source as migrated; gives why that failed. The image is there whether it succeeds or not. */
async function writeLedger(
  input: ServerMigrationInput,
  result: { jobId: string; imageId?: string; instanceId?: string },
): Promise<SmcFailure | undefined> {
  const image = result.imageId ?? result.instanceId ?? result.jobId;
  try {
    await smcCalls(`source ${input.sourceId}: ${image}`).tagResources({
      resourceType: 'sourceserver',
      resourceIds: [input.sourceId],
      tags: tagsOfMigratedSource(input.batch, image),
    });
    return undefined;
  } catch (error) {
    return smcFailureOf(error);
  }
}

/** Tells the batch the end where no deletion does it. */
export async function endWithoutJob(
  { batch, server, round }: ServerMigrationInput,
  result: ServerResult,
): Promise<ServerResult> {
  await CancellationScope.nonCancellable(() =>
    smcCalls(result.outcome).tellBatch(batch, { kind: 'ended', server, round, result }),
  );
  enter(
    result.outcome,
    result.outcome === 'failed' ? `${result.error.message}\n\n${result.error.remedy}` : undefined,
  );
  return result;
}
