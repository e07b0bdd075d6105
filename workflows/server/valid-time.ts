import { isCancellation, log, sleep } from '@temporalio/workflow';
import { isFinalRefusal, smcFailureOf } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { smcCalls } from './activities';
import type { Job } from './job';

const dayMs = 86_400_000;
/** SMC: 30 days from its creation unless told otherwise, at most 90; a day is left for clocks that differ. */
const validDays = { usual: 30, most: 89 };
/** A job that waits for its start is extended at this age, so that few of them need the call. */
const extendAfterDays = 20;
/** So many days before it expires the operator is told. */
const warningDays = [7, 1];

/** Until when SMC keeps a job, as far as is known here. */
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

/** The ValidTime that a job can be extended to; undefined where the plan has set one, or the job has the longest already. */
export function extension(
  input: Pick<ServerMigrationInput, 'job'>,
  job: Pick<Job, 'createdAt' | 'validUntil' | 'extensionIsRefused'>,
): number | undefined {
  const longest = job.createdAt + validDays.most * dayMs;
  if (input.job.validTime || job.extensionIsRefused || validUntil(input, job) >= longest) return undefined;
  return longest;
}

/** Extends a job's ValidTime to the longest the API allows; from then on the operator is told before it runs out. */
export async function keepValid(input: ServerMigrationInput, job: Job): Promise<void> {
  const until = extension(input, job);
  if (until !== undefined) await extend(job, until);
  if (job.warnsOfExpiry) return;
  job.warnsOfExpiry = true;
  void warnBeforeExpiry(input, job).catch((error: unknown) => {
    if (!isCancellation(error)) log.warn('the expiry could not be told', { jobId: job.jobId });
  });
}

/** A refusal only means an earlier end; where no answer comes, the next call of `keepValid` tries again. */
async function extend(job: Job, until: number): Promise<void> {
  const validTime = new Date(until).toISOString().replace(/\.\d+Z$/, 'Z');
  try {
    await smcCalls(`${job.jobId}, valid until ${validTime}`).modifyReplicationJobAttribute({
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
    // Several of these times may be over when a job is adopted: only the last one is told.
    if (inMs <= 0 && isNextDue && days !== warningDays.at(-1)) continue;
    if (inMs > 0) await sleep(inMs, { summary: 'until its job is about to expire' });
    const at = validUntil(input, job);
    await smcCalls('is about to expire').tellBatch(batch, { kind: 'expires', server, round, jobId, at });
  }
}
