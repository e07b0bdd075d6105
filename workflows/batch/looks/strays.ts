import type {
  FindJobsOfBatchInput,
  JobOfBatch,
  JobsOfBatch,
} from '../../../activities/jobs/find-jobs-of-batch';
import { settledMs } from '../../../src/smc/read-lag';
import { smcBatchCommand, verbOf } from '../../../src/text';
import type { SmcFailure } from '../../contract/failure';
import { leasedSlots } from '../lease/lease-use';
import { hasWorkflow, jobWithoutWorkflow, type ServerRecord } from '../servers/server-record';
import { type Batch, note, sourceOf, type Times } from '../state';

// Jobs with the batch's tags that no workflow handles: a stray belongs to no server of the plan, a leftover to a server that has
// ended or waits. They take slots until they are gone.

/** Polls from one search to the next while servers wait for the slots of such jobs; more while nothing changes. */
const pollsBetween = { least: 2, most: 20 };

/** A search for the batch's jobs, with the state of the batch at that time. */
export interface StrayLook {
  expected: NonNullable<FindJobsOfBatchInput['expected']>;
  /** Servers that had a workflow. */
  atWork: ReadonlySet<string>;
}

/** A search for all jobs of the batch; it also tells which known jobs are missing. */
export function strayLook({ state, index }: Batch): StrayLook {
  const unwatched = Object.values(state.servers).flatMap((record) => {
    const jobId = jobWithoutWorkflow(record)?.jobId;
    return jobId === undefined ? [] : [{ jobId, sourceId: record.sourceId }];
  });
  const strays = state.strays.jobs.map(({ jobId, sourceId }) => ({ jobId, sourceId }));
  return { expected: [...unwatched, ...strays], atWork: new Set(index.withWorkflow) };
}

/** The search that is due now. While servers wait for slots it is made now and then: somebody may have deleted such jobs. */
export function dueStrayLook(batch: Batch, now: number, times: Times): StrayLook | undefined {
  const { strays } = batch.state;
  if (strays.isLooking) return undefined;
  if (!isShortOfRoom(batch)) {
    strays.dueAt = undefined;
    strays.polls = pollsBetween.least;
    return undefined;
  }
  strays.dueAt ??= now + betweenLooksMs(batch);
  if (now < strays.dueAt) {
    times.push(strays.dueAt);
    return undefined;
  }
  strays.isLooking = true;
  return strayLook(batch);
}

/** Milliseconds from one search to the next. */
export function betweenLooksMs({ state: { strays } }: Batch): number {
  // When a job is missing, the next search comes soon.
  const polls = strays.missing.length > 0 ? pollsBetween.least : strays.polls || pollsBetween.least;
  return Math.max(5, polls * strays.pollIntervalSeconds) * 1000;
}

/** Whether servers of this batch, or of other batches, wait only for the slots of jobs without a workflow. */
function isShortOfRoom(batch: Batch): boolean {
  const { state, index, demand } = batch;
  const { inUse, strays, leftovers, waitingWithJob } = index;
  if (strays.existing + leftovers + waitingWithJob === 0) return false;
  if (state.holding.lease.contended) return true;
  if (demand.startable + demand.startableAgain === 0) return false;
  const cap = leasedSlots(batch);
  return inUse.existing >= cap.existing || (inUse.running >= cap.running && strays.running > 0);
}

/**
 * Takes the result of a search: strays count in the slots of the batch, and jobs that are gone no longer do. Jobs of servers with
 * a workflow are not changed.
 */
export function takeStrays(batch: Batch, { atWork }: StrayLook, found: JobsOfBatch, now: number): void {
  const { state, index } = batch;
  const before = state.strays;
  const { jobs, missing, pollIntervalSeconds } = found;
  const listed = new Set(jobs.map(({ jobId }) => jobId));
  const isGone = (jobId: string) => missing.includes(jobId) && before.missing.includes(jobId);
  for (const [name, record] of Object.entries(state.servers)) {
    const jobId = jobWithoutWorkflow(record)?.jobId;
    if (jobId !== undefined && isGone(jobId)) forgetJob(batch, name, record);
  }
  const strays = [
    ...jobs.filter((job) => !belongsToServer(batch, job, atWork, now)),
    ...before.jobs.filter(({ jobId }) => !listed.has(jobId) && !isGone(jobId)),
  ];
  tell(batch, strays, now);
  state.strays = {
    jobs: strays,
    missing,
    journaled: strays.map(({ jobId }) => jobId),
    pollIntervalSeconds,
    polls: Math.min(2 * (before.polls || pollsBetween.least), pollsBetween.most),
  };
  index.setStrays(strays);
}

/** Notes a search that failed: the known strays still count, and the journal has the reason. */
export function takeStrayTrouble({ state }: Batch, { code, message, remedy }: SmcFailure, now: number): void {
  const { strays } = state;
  const isKnown = strays.trouble === code;
  state.strays = {
    ...strays,
    isLooking: undefined,
    dueAt: undefined,
    trouble: code,
    polls: Math.min(2 * (strays.polls || pollsBetween.least), pollsBetween.most),
  };
  if (!isKnown)
    note(
      state,
      'smc-batch',
      `the account could not be asked for jobs that no server has: ${message}. ${remedy}`,
      now,
    );
}

function forgetJob({ index }: Batch, name: string, record: ServerRecord): void {
  if (record.phase === 'waiting') index.set(name, { ...record, jobId: undefined, jobRuns: undefined });
  else if ('leftover' in record) index.set(name, { ...record, leftover: undefined });
}

/** Whether a job belongs to a server of the plan. A waiting server gets its job here when the job was listed late. */
function belongsToServer(
  { state, index }: Batch,
  job: JobOfBatch,
  atWork: ReadonlySet<string>,
  now: number,
): boolean {
  const { jobId, server: name = '', sourceId } = job;
  if (!index.has(name)) return false;
  const record = index.record(name);
  if (jobWithoutWorkflow(record)?.jobId === jobId) return true;
  const own = record.sourceId ?? sourceOf(state, index.planOf(name));
  if (own !== (sourceId ?? own)) return false;
  if (atWork.has(name) || hasWorkflow(record) || hasJustEnded(record, now)) return true;
  if (record.phase !== 'waiting' || record.jobId) return false;
  index.set(name, { ...record, sourceId: own, jobId, jobRuns: job.runs });
  return true;
}

/** Whether a server has just ended: its deleted job may still be listed for a while. */
const hasJustEnded = ({ startedAt, endedAt = 0 }: ServerRecord, now: number) =>
  startedAt !== undefined && now - endedAt < settledMs;

function tell({ state }: Batch, strays: readonly JobOfBatch[], now: number): void {
  const known = new Set(state.strays.journaled);
  const news = strays.filter(({ jobId }) => !known.has(jobId));
  if (news.length === 0) return;
  const some = news.slice(0, 5).map(({ jobId, server }) => (server ? `${jobId} (${server})` : jobId));
  const more = news.length > some.length ? ` and ${news.length - some.length} more` : '';
  note(
    state,
    'smc-batch',
    `${verbOf(news.length, 'a job', 'jobs')} of this batch that ${verbOf(news.length, 'belongs', 'belong')} to no server of its plan: ${some.join(', ')}${more}; ${verbOf(news.length, 'it counts against the quota until it is', 'they count against the quota until they are')} deleted: ${smcBatchCommand('cleanup', [state.plan.name])}`,
    now,
  );
}
