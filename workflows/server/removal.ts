import { type JobToRemove, type NextStep, nextStep } from '../../src/ledger/next-step';
import { seeTheJob } from '../../src/smc/see-the-job';
import { smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import type { ServerResult } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { Ended, Job } from './job';

type JobResult = Exclude<ServerResult, { outcome: 'skipped' }>;
type Failed = Extract<JobResult, { outcome: 'failed' }>;

/** A job that is being cleaned up, and the result of its server so far. */
export interface Removal {
  result: JobResult;
  /** The API has been asked what it says of the job of a failed server. */
  isLookedAt?: true;
  /** The last known status of the job; absent when it is not known, after a refusal or a cancellation. */
  status?: string;
  /** The server failed because a call was refused: no end of the job was seen. */
  byRefusal: boolean;
  ledger?: JobToRemove['ledger'];
  /** Why the source could not be tagged, or the error of the job when it was stopped. */
  error?: SmcFailure;
}

/** The state of the clean-up at its start. */
export function removalAfter(
  { jobId, status }: Pick<Job, 'jobId' | 'status'>,
  ended: Ended | 'cancelled',
): Removal {
  if (ended === 'cancelled') return { result: { outcome: 'cancelled', jobId }, byRefusal: false };
  if (ended.end === 'Finished') return finished(jobId, ended);
  const error = ended.error ?? {
    code: `ReplicationJob.${ended.end}`,
    message: `replication job ${jobId} is ${ended.end}`,
    remedy: seeTheJob,
  };
  const result: JobResult = { outcome: 'failed', jobId, error };
  if (error.code === 'UnknownStatus') return { result, status: error.code, byRefusal: false };
  if (ended.end === 'NotStarted' || ended.end === 'Unknown') return { result, byRefusal: true };
  return { result, status, byRefusal: false };
}

/** The state of the clean-up for a Finished job: its server has been migrated. */
export const finished = (
  jobId: string,
  { imageId, imageName, instanceId }: Pick<Ended, 'imageId' | 'imageName' | 'instanceId'>,
): Removal => ({
  result: { outcome: 'migrated', jobId, imageId, imageName, instanceId },
  status: 'Finished',
  byRefusal: false,
});

/** A failed server's job is looked at once more before it goes, or stays: what the API says of it is kept with the server. */
export const mustBeLookedAt = ({ result, isLookedAt }: Removal, { step }: NextStep) =>
  result.outcome === 'failed' && !isLookedAt && (step === 'delete' || step === 'wait' || step === 'keep');

/**
 * The result of a server whose job is gone, or is being deleted: its remedy says so, sends nobody to that job, and tells how the
 * next one can be kept.
 */
export function resultWithoutJob(result: JobResult): JobResult {
  // That somebody else has deleted the job is said already.
  if (result.outcome !== 'failed' || result.error.code === 'ReplicationJob.Gone') return result;
  const { remedy } = result.error;
  const kept = result.evidence ? ' What SMC said of it last is kept with the server.' : '';
  const deleted = `Its job has been deleted.${kept}`;
  const keepNext = 'To keep the job of a server that fails, set policy.onFailure: keepJob in the plan.';
  const retry = remedy.includes('retry the server') ? '' : ' Then retry the server.';
  const said = remedy.includes(seeTheJob)
    ? remedy.replace(seeTheJob, `${deleted} Remove the cause, then retry the server. ${keepNext}`)
    : `${remedy}${retry} ${deleted} ${keepNext}`;
  return { ...result, error: { ...result.error, remedy: said } };
}

/** The next step of the clean-up. */
export const nextOf = (
  { policy }: Pick<ServerMigrationInput, 'policy'>,
  { result, status, byRefusal, ledger }: Removal,
): NextStep =>
  nextStep({
    status,
    goal: 'gone',
    ledger,
    failed: result.outcome === 'failed' ? { byRefusal, keepsJob: policy.onFailure === 'keepJob' } : undefined,
  });

/** The result of a server whose job stays, with the reason. */
export function keptResult(
  batch: string,
  jobId: string,
  { result, error }: Removal,
  why: Extract<NextStep, { step: 'keep' }>['why'],
): ServerResult {
  switch (why) {
    case 'keptByPolicy':
      return { ...result, leftover: { jobId, why } };
    case 'unknownStatus':
      return { ...result, leftover: { jobId, why, error: (result as Failed).error } };
    case 'ledgerNotWritten':
    case 'notSeen':
      return { ...result, leftover: { jobId, why, error } };
    case 'refused': {
      const refusal = leftForRetry(batch, (result as Failed).error, error);
      return { ...(result as Failed), error: refusal, leftover: { jobId, why, error: refusal } };
    }
  }
}

/** The refusal, with the present status of the job, and a remedy for the job that stays. */
function leftForRetry(batch: string, error: SmcFailure, said: SmcFailure | undefined): SmcFailure {
  const message = said && said.code !== error.code ? `${error.message}; ${said.message}` : error.message;
  const remedy = `${error.remedy} Its job and what it has transferred stay in the account: a retry of the server goes on with them, ${smcBatchCommand('cleanup', [batch])} deletes them.`;
  return { ...error, message, remedy };
}
