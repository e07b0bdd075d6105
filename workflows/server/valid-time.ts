import { isCancellation, log, sleep } from '@temporalio/workflow';
import { isFinalRefusal, smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import type { Job } from './job';
import { shortCall } from './short-calls';

const dayMs = 86_400_000;
/** SMC: a job expires 30 days after its creation by default, at most 90; one day is kept for clocks that differ. */
const validDays = { usual: 30, most: 89 };
/** A job that waits for its start is extended at this age: few jobs wait so long, so few need the call. */
const extendAfterDays = 20;
/** The operators are warned so many days before a job expires. */
const warningDays = [7, 1];

/** The time at which a job expires, as far as is known. */
export const validUntil = (
  { job: { validTime } }: Pick<ServerMigrationInput, 'job'>,
  job: Pick<Job, 'createdAt' | 'validUntil'>,
): number => job.validUntil ?? (validTime ? Date.parse(validTime) : job.createdAt + validDays.usual * dayMs);

/** Whether a job is so old that its ValidTime has to be extended. SMC: a job that does not run expires. */
export const isOldJob = ({ createdAt }: Pick<Job, 'createdAt'>, now: number) =>
  now - createdAt > extendAfterDays * dayMs;

/** Extends an old job, so that it does not expire while it waits for its start. */
export async function keepOldJobValid(input: ServerMigrationInput, job: Job): Promise<void> {
  if (isOldJob(job, Date.now())) await keepValid(input, job);
}

/** The ValidTime to which a job can be extended; undefined when the plan has set one, or the job has the longest one. */
export function extension(
  input: Pick<ServerMigrationInput, 'job'>,
  job: Pick<Job, 'createdAt' | 'validUntil' | 'extensionIsRefused'>,
): number | undefined {
  const longest = job.createdAt + validDays.most * dayMs;
  if (input.job.validTime || job.extensionIsRefused || validUntil(input, job) >= longest) return undefined;
  return longest;
}

/** Extends a job's ValidTime to the longest one that the API allows, and plans the warnings before it expires. */
export async function keepValid(input: ServerMigrationInput, job: Job): Promise<void> {
  const until = extension(input, job);
  if (until !== undefined) await extend(job, until);
  if (job.warnsOfExpiry) return;
  job.warnsOfExpiry = true;
  void warnBeforeExpiry(input, job).catch((error: unknown) => {
    if (!isCancellation(error))
      log.warn('the warning before the expiry of a job failed', { jobId: job.jobId });
  });
}

/** Extends the ValidTime. After a refusal the job expires earlier; without an answer the next call of `keepValid` tries again. */
async function extend(job: Job, until: number): Promise<void> {
  const validTime = new Date(until).toISOString().replace(/\.\d+Z$/, 'Z');
  try {
    await shortCall('modifyReplicationJobAttribute', `${job.jobId}, valid until ${validTime}`, {
      jobId: job.jobId,
      validTime,
    });
    job.validUntil = until;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('ValidTime was not extended', { jobId: job.jobId, error: smcFailureOf(error).message });
    job.extensionIsRefused = isFinalRefusal(error);
  }
}

async function warnBeforeExpiry(input: ServerMigrationInput, job: Job): Promise<void> {
  const { batch, server, round } = input;
  const { jobId } = job;
  for (const days of warningDays) {
    const inMs = validUntil(input, job) - days * dayMs - Date.now();
    const isNextDue = validUntil(input, job) - warningDays.at(-1)! * dayMs <= Date.now();
    // Several of these times may be over when a job is adopted: then there is one warning.
    if (inMs <= 0 && isNextDue && days !== warningDays.at(-1)) continue;
    if (inMs > 0) await sleep(inMs, { summary: 'until its job is about to expire' });
    const at = validUntil(input, job);
    await shortCall('tellBatch', 'is about to expire', { batch, kind: 'expires', server, round, jobId, at });
  }
}
