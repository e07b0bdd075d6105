import { CancellationScope } from '@temporalio/workflow';
import { type JobToRemove, type KeptWhy, nextStep } from '../../src/ledger/next-step';
import { tagsOfMigratedSource } from '../../src/ledger/tags';
import { failureText, smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import { smcFailureOf } from '../contract/failure';
import type { Leftover, ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls, smcWaits } from './activities';
import { type Ended, type Job, stopRequest } from './job';
import { showDetails, showPhase } from './shown-phase';
import { noteStanding } from './standing';

type JobResult = Exclude<ServerResult, { outcome: 'skipped' }>;
type Failed = Extract<JobResult, { outcome: 'failed' }>;

/** What is known of the job while it is cleaned up. */
interface CleanUp {
  result: JobResult;
  /** As the job was last seen; absent when a call was refused, or the server cancelled, and nobody has looked since. */
  status?: string;
  /** A call was refused, so that no end of the job was seen. */
  byRefusal: boolean;
  ledger?: JobToRemove['ledger'];
  /** Why the source could not be tagged, or what the job said when it was to be stopped. */
  error?: SmcFailure;
}

/** Makes sure the job does not run, writes the ledger where there is an image, and deletes or keeps the job. */
export async function cleanUp(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
): Promise<ServerResult> {
  showDetails('cleaning up', `Job **${job.jobId}**`);
  let known = knownAtFirst(job, ended);
  if (known.status !== undefined && known.status !== 'Gone') noteFinishing(job, known);
  try {
    for (;;) {
      const next = nextStep(removalOf(input, known));
      if (next.step === 'nothing') return endWithoutJob(input, known.result);
      if (next.step === 'keep') return endWithoutJob(input, withLeftover(input, job, known, next.why));
      if (next.step === 'stop') {
        known = await stopped(input, job, ended, known);
        continue;
      }
      noteFinishing(job, known);
      if (next.step === 'tag') {
        known = await tagged(input, known);
        continue;
      }
      const finished = await deleted(input, job, known);
      if (!finished) break;
      known = { result: migrated(job, finished), status: 'Finished', byRefusal: false };
    }
  } catch (error) {
    const leftover: Leftover = { jobId: job.jobId, why: 'deleteFailed', error: smcFailureOf(error) };
    return endWithoutJob(input, { ...known.result, leftover });
  }
  showPhase(known.result.outcome);
  return known.result;
}

function knownAtFirst(job: Job, ended: Ended | 'cancelled'): CleanUp {
  const { jobId, status } = job;
  if (ended === 'cancelled') return { result: { outcome: 'cancelled', jobId }, byRefusal: false };
  if (ended.end === 'Finished') return { result: migrated(job, ended), status: 'Finished', byRefusal: false };
  const error = ended.error ?? {
    code: `ReplicationJob.${ended.end}`,
    message: `replication job ${jobId} is ${ended.end}`,
    remedy: 'See the job in the SMC console, then retry the server.',
  };
  const isUnknown = error.code === 'UnknownStatus';
  const byRefusal = !isUnknown && (ended.end === 'NotStarted' || ended.end === 'Unknown');
  const lastSeen = isUnknown ? 'Unknown' : status;
  return {
    result: { outcome: 'failed', jobId, error },
    status: byRefusal ? undefined : lastSeen,
    byRefusal,
  };
}

const migrated = (
  { jobId }: Job,
  { imageId, imageName, instanceId }: Pick<Ended, 'imageId' | 'imageName' | 'instanceId'>,
): JobResult => ({ outcome: 'migrated', jobId, imageId, imageName, instanceId });

const removalOf = (
  { policy }: ServerMigrationInput,
  { result, status, byRefusal, ledger }: CleanUp,
): JobToRemove => ({
  status,
  goal: 'gone',
  ledger,
  failed: result.outcome === 'failed' ? { byRefusal, keepsJob: policy.onFailure === 'keepJob' } : undefined,
});

function noteFinishing({ jobId }: Job, { result }: CleanUp): void {
  noteStanding({ phase: 'finishing', jobId, error: result.outcome === 'failed' ? result.error : undefined });
}

async function stopped(
  input: ServerMigrationInput,
  job: Job,
  ended: Ended | 'cancelled',
  known: CleanUp,
): Promise<CleanUp> {
  const reason: Ended = ended === 'cancelled' ? { end: 'Stopped' } : ended;
  const { status, error, ...seen } = await smcWaits(job.jobId).stopReplicationJob(
    stopRequest(input, job, reason),
  );
  // The job has finished before it could be stopped: its image is there, so the server has been migrated.
  const result = status === 'Finished' ? migrated(job, seen) : known.result;
  return { ...known, result, status, error };
}

/** Tags the source as migrated. A refusal is noted in the result: the server has been migrated all the same. */
async function tagged(input: ServerMigrationInput, known: CleanUp): Promise<CleanUp> {
  const { batch, sourceId } = input;
  const { imageId, instanceId, jobId } = known.result as Extract<JobResult, { outcome: 'migrated' }>;
  const image = imageId ?? instanceId ?? jobId;
  try {
    await smcCalls(`source ${sourceId}: ${image}`).tagResources({
      resourceType: 'sourceserver',
      resourceIds: [sourceId],
      tags: tagsOfMigratedSource(batch, image),
    });
    return { ...known, ledger: 'written' };
  } catch (refusal) {
    const error = smcFailureOf(refusal);
    const note = `the source could not be tagged as migrated: ${failureText(error)}`;
    return { ...known, ledger: 'refused', error, result: { ...known.result, note } as JobResult };
  }
}

/** Deletes the job and waits until it is gone; then the batch has been told. Gives the job's end where it turns out to be Finished. */
const deleted = (
  { batch, server, round, sourceId }: ServerMigrationInput,
  { jobId }: Job,
  { result }: CleanUp,
) => smcWaits(jobId).deleteReplicationJob({ jobId, sourceId, report: { batch, server, round, result } });

function withLeftover(
  { batch }: ServerMigrationInput,
  { jobId }: Job,
  { result, error }: CleanUp,
  why: KeptWhy,
): ServerResult {
  if (why === 'unknownStatus')
    return { ...result, leftover: { jobId, why, error: (result as Failed).error } };
  if (why === 'keptByPolicy') return { ...result, leftover: { jobId, why } };
  if (why !== 'refused') return { ...result, leftover: { jobId, why, error } };
  const left = leftForRetry(batch, (result as Failed).error, error);
  return { ...(result as Failed), error: left, leftover: { jobId, why, error: left } };
}

/** The refusal, with what the job says now, and what the operator can do with the job that stays. */
function leftForRetry(batch: string, error: SmcFailure, said: SmcFailure | undefined): SmcFailure {
  const message = said && said.code !== error.code ? `${error.message}; ${said.message}` : error.message;
  const remedy = `${error.remedy} Its job and what it has transferred stay in the account: a retry of the server goes on with them, ${smcBatchCommand('cleanup', [batch])} deletes them.`;
  return { ...error, message, remedy };
}

/** Tells the batch the result: no job is deleted, whose deletion would tell it. */
export async function endWithoutJob(
  { batch, server, round }: ServerMigrationInput,
  result: ServerResult,
): Promise<ServerResult> {
  await CancellationScope.nonCancellable(() =>
    smcCalls(result.outcome).tellBatch(batch, { kind: 'ended', server, round, result }),
  );
  showPhase(
    result.outcome,
    result.outcome === 'failed' ? `${result.error.message}\n\n${result.error.remedy}` : undefined,
  );
  return result;
}
