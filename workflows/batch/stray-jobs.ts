import { condition, sleep } from '@temporalio/workflow';
import type { JobOfBatch } from '../../activities/jobs/find-jobs-of-batch';
import { settledMs } from '../../src/smc/read-lag';
import { smcBatchCommand } from '../../src/text';
import { smcFailureOf } from '../contract/failure';
import { batchCalls } from './activities';
import { usableSlots } from './lease';
import { type BatchRun, note, sourceOf } from './run';
import { hasWorkflow, type ServerRecord, unwatchedJob } from './server-record';

/**
 * So many polls after one look the account is asked again, while jobs that nobody watches keep servers waiting; more as
 * long as nothing changes.
 */
const stockPolls = { least: 2, most: 20 };

/**
 * Asks the account for all jobs of the batch: those of no server count as its own, those that are gone no longer do.
 * What its servers have under way is not touched, their workflows know better.
 */
export async function takeStock(run: BatchRun): Promise<void> {
  const { state } = run;
  const before = state.stock;
  const wereUnderWay = new Set(Object.keys(state.records).filter((name) => hasWorkflow(state.records[name])));
  const unwatched = Object.values(state.records).flatMap((record) => {
    const jobId = unwatchedJob(record)?.jobId;
    return jobId === undefined ? [] : [{ jobId, sourceId: record.sourceId }];
  });
  const expected = [...unwatched, ...before.strays.map(({ jobId, sourceId }) => ({ jobId, sourceId }))];
  const { jobs, missing, pollIntervalSeconds } = await batchCalls(
    'its jobs, whatever its plan says',
  ).findJobsOfBatch({ batch: run.plan.name, expected });
  const listed = new Set(jobs.map(({ jobId }) => jobId));
  const isGone = (jobId: string) => missing.includes(jobId) && before.missing.includes(jobId);
  for (const [name, record] of Object.entries(state.records)) {
    const jobId = unwatchedJob(record)?.jobId;
    if (jobId !== undefined && isGone(jobId)) forgetJob(run, name, record);
  }
  const strays = [
    ...jobs.filter((job) => !belongsToServer(run, job, wereUnderWay)),
    ...before.strays.filter(({ jobId }) => !listed.has(jobId) && !isGone(jobId)),
  ];
  tell(run, strays, before.told);
  const told = strays.map(({ jobId }) => jobId);
  state.stock = { strays, missing, told, pollIntervalSeconds };
  run.servers.setStrays(strays);
  run.changed = true;
}

/** A cleanup, or somebody in the console, may have made room. */
export async function takeStockNowAndThen(run: BatchRun): Promise<void> {
  for (;;) {
    await condition(() => isShortOfRoom(run));
    for (let polls = stockPolls.least; isShortOfRoom(run); polls = Math.min(2 * polls, stockPolls.most)) {
      await untilNextStock(run, polls);
      if (isShortOfRoom(run)) await tryToTakeStock(run);
      // What is missing once is looked for again soon.
      if (run.state.stock.missing.length > 0) polls = stockPolls.least / 2;
    }
  }
}

/** What is told as left at the end was seen a moment ago: somebody may have cleaned up. */
export async function takeLastStock(run: BatchRun): Promise<void> {
  const { state, servers } = run;
  if (servers.strays.existing + servers.leftovers === 0) return;
  await tryToTakeStock(run);
  if (state.stock.missing.length === 0) return;
  await untilNextStock(run, stockPolls.least);
  await tryToTakeStock(run);
}

const untilNextStock = ({ state }: BatchRun, polls: number) =>
  sleep(Math.max(5, polls * state.stock.pollIntervalSeconds) * 1000, {
    summary: 'until jobs that nobody watches are asked after',
  });

/** Where the account does not let us ask, what was known stands, and the journal says why. */
export async function tryToTakeStock(run: BatchRun): Promise<void> {
  try {
    await takeStock(run);
    run.stockTrouble = undefined;
  } catch (error) {
    const { code, message, remedy } = smcFailureOf(error);
    if (run.stockTrouble === code) return;
    run.stockTrouble = code;
    note(run.state, 'smc-batch', `jobs that nobody watches could not be asked after: ${message}. ${remedy}`);
  }
}

/** Servers of this batch, or of others of the account, could start, were it not for jobs that nobody watches. */
function isShortOfRoom({ plan, servers, state, startable, startableAgain }: BatchRun): boolean {
  const { inUse, strays, leftovers, waitingWithJob } = servers;
  const unwatched = strays.existing + leftovers + waitingWithJob;
  if (unwatched === 0 || state.cancelRequested) return false;
  if (state.holding.lease.contended) return true;
  if (startable + startableAgain === 0) return false;
  const cap = usableSlots(state.holding, plan.policy.maxConcurrent);
  return inUse.existing >= cap.existing || (inUse.running >= cap.running && strays.running > 0);
}

function forgetJob({ servers, state }: BatchRun, name: string, record: ServerRecord): void {
  if (record.phase === 'waiting') {
    const { round, sourceId } = record;
    delete state.jobIds[name];
    servers.set(name, { phase: 'waiting', round, sourceId });
  } else if ('leftover' in record) {
    servers.set(name, { ...record, leftover: undefined });
  }
}

/** One that its server has not been known to have, since it was listed late, is its own from now on. */
function belongsToServer({ servers, state }: BatchRun, job: JobOfBatch, wereUnderWay: Set<string>): boolean {
  const { jobId, server: name = '', sourceId } = job;
  if (!servers.has(name)) return false;
  const record = state.records[name];
  if (unwatchedJob(record)?.jobId === jobId) return true;
  const own = record?.sourceId ?? sourceOf(state, servers.server(name));
  if (own !== (sourceId ?? own)) return false;
  if (wereUnderWay.has(name) || hasWorkflow(record) || hasJustEnded(record)) return true;
  if (record && (record.phase !== 'waiting' || record.jobId)) return false;
  state.jobIds[name] = jobId;
  servers.set(name, { phase: 'waiting', round: record?.round ?? 0, sourceId: own, jobId, jobRuns: job.runs });
  return true;
}

/** Its job was deleted, and may be listed for a while. */
const hasJustEnded = (record: ServerRecord | undefined) =>
  record?.startedAt !== undefined && Date.now() - (record.endedAt ?? 0) < settledMs;

function tell({ plan, state }: BatchRun, strays: JobOfBatch[], told: string[]): void {
  const known = new Set(told);
  const news = strays.filter(({ jobId }) => !known.has(jobId));
  if (news.length === 0) return;
  const some = news.slice(0, 5).map(({ jobId, server }) => (server ? `${jobId} (${server})` : jobId));
  const more = news.length > some.length ? ` and ${news.length - some.length} more` : '';
  note(
    state,
    'smc-batch',
    `jobs of this batch that belong to no server of its plan: ${some.join(', ')}${more}; they count against the quota until they are deleted: ${smcBatchCommand('cleanup', [plan.name])}`,
  );
}
