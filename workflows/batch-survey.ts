import { ActivityFailure, ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { EarlierServers } from '../activities/find-earlier-servers';
import type { SurveyedServer } from '../activities/survey-source-servers';
import type { Plan, PlannedServer } from '../src/plan';
import { byName } from '../src/text';
import { batchCalls } from './batch-activities';
import type { BatchRun, BatchState } from './batch-run';
import { BatchServers } from './batch-servers';
import { unknownTimeZones } from './known-time-zones';
import { planChanges } from './plan-changes';
import { refusal } from './refusal';
import { migratedNote } from './server-failure';
import { isEnded, unwatchedJob } from './server-record';
import { tryToTakeStock } from './stray-jobs';

/** What the account and Temporal say of servers of a plan. */
interface Findings {
  surveyed: SurveyedServer[];
  earlier: EarlierServers;
}

/** Finds the sources; what is done already is skipped, what cannot be migrated at all is failed. */
export async function survey(run: BatchRun, plan: Plan): Promise<void> {
  const unknown = await unknownTimeZones(plan);
  if (unknown) throw ApplicationFailure.nonRetryable(unknown, 'TimeZoneUnknown');
  takeFindings(run, plan, await lookUp(plan, plan.servers));
  run.servers = new BatchServers(plan, run.state.records, run.state.diskGiB, run.state.stock.strays);
}

/**
 * Servers that are new, or have another source, are looked up before the plan takes effect; none that it changes starts
 * meanwhile. Those that are gone leave nothing behind but their jobs, which count on. Throws what cannot change any more.
 */
export async function replacePlan(run: BatchRun, next: Plan): Promise<void> {
  const { state } = run;
  const mustWait = () => run.status === 'surveying' || run.changing;
  while (mustWait()) await condition(() => !mustWait());
  refuseChanges(run, next);
  const sourceOf = ({ sourceId, sourceName }: PlannedServer) => sourceId ?? sourceName;
  const isMoved = (server: PlannedServer) => sourceOf(run.servers.server(server.name)) !== sourceOf(server);
  const asked = next.servers.filter((server) => !run.servers.has(server.name) || isMoved(server));
  const { removed, changed } = planChanges(run.plan, next, run.servers);
  run.changing = new Set([...removed, ...changed]);
  try {
    const unknown = await CancellationScope.nonCancellable(() => unknownTimeZones(next));
    if (unknown) throw refusal(unknown);
    const findings = asked.length > 0 && (await CancellationScope.nonCancellable(() => lookUp(next, asked)));
    // Other orders may have come first.
    refuseChanges(run, next);
    if (findings) {
      refuseTwins(run, next, findings.surveyed);
      takeFindings(run, next, findings);
    }
    const kept = new Set(next.servers.map(({ name }) => name));
    for (const name of Object.keys(state.records)) if (!kept.has(name)) forget(state, name);
    if (!isSameQuota(run.plan, next)) state.quotaChangedAt = Date.now();
    run.plan = next;
    run.servers = new BatchServers(next, state.records, state.diskGiB, state.stock.strays);
    run.limitsChanged = true;
    await CancellationScope.nonCancellable(() => tryToTakeStock(run));
  } finally {
    run.changing = undefined;
    run.changed = true;
  }
}

const isSameQuota = (a: Plan, b: Plan) =>
  a.account.quota.jobs === b.account.quota.jobs && a.account.quota.running === b.account.quota.running;

/** A server that was asked about may have the source of one that was not. */
function refuseTwins({ state }: BatchRun, { servers }: Plan, surveyed: SurveyedServer[]): void {
  const asked = new Set(surveyed.map(({ name }) => name));
  const nameOf = new Map(
    servers
      .filter(({ name }) => !asked.has(name))
      .map(({ name, sourceId }) => [sourceId ?? state.sourceIds[name], name]),
  );
  for (const server of surveyed) {
    const twin = server.sourceId && nameOf.get(server.sourceId);
    if (!twin) continue;
    server.error = {
      code: 'SourceServer.Ambiguous',
      message: `source server ${server.sourceId} is already '${twin}' in this plan`,
      remedy: 'Keep one of the two.',
    };
  }
}

/** Throws what of the next plan cannot take effect any more. */
export function refuseChanges(run: BatchRun, next: Plan): void {
  if (run.state.cancelRequested) throw refusal('the batch is being cancelled');
  const { refused } = planChanges(run.plan, next, run.servers);
  if (refused.length > 0) throw refusal(refused.join('; '));
}

async function lookUp(plan: Plan, servers: PlannedServer[]): Promise<Findings> {
  const asked = servers.map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  const surveyed = await batchCalls(`${asked.length} servers`)
    .surveySourceServers({ batch: plan.name, servers: asked })
    .catch((error: unknown) => {
      throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause
        : error;
    });
  // Asked last: what ended while the account was read is in here.
  const earlier = await earlierServers(plan.name);
  return { surveyed, earlier };
}

/** The servers that an earlier life of the batch has at work, or has just migrated. */
export async function earlierServers(batch: string): Promise<EarlierServers> {
  const earlier = await batchCalls("servers of the batch's earlier lives").findEarlierServers({ batch });
  return { ...earlier, runningSourceIds: byName(earlier.runningSourceIds) };
}

function takeFindings({ state }: BatchRun, plan: Plan, { surveyed, earlier }: Findings): void {
  const endedAt = Date.now();
  for (const { name, sourceId, diskGiB, done, jobId, jobRuns, jobHasFinished, error } of surveyed) {
    const { phase = 'waiting', round = 0 } = state.records[name] ?? {};
    // An operator's word that came meanwhile.
    if (isEnded(phase)) continue;
    forget(state, name);
    if (sourceId) state.sourceIds[name] = sourceId;
    if (diskGiB !== undefined) state.diskGiB[name] = diskGiB;
    if (jobId) state.jobIds[name] = jobId;
    const base = { round, endedAt, sourceId };
    const runs = earlier.running.includes(name);
    const just = earlier.migrated.find(
      (server) => server.server === name && (server.sourceId ?? sourceId) === sourceId,
    );
    // Its migration is done, and its job stays.
    const own = jobId && jobHasFinished ? { jobId } : undefined;
    const other = earlier.runningSourceIds[name];
    if (runs && !error && other !== undefined && other !== sourceId) {
      state.records[name] = { ...base, phase: 'failed', error: nameInUse(name, other) };
    } else if (runs) {
      // Round 0: it takes the word of a workflow that we did not start.
      state.records[name] = { round: 0, startedAt: endedAt, sourceId, phase: 'migrating', jobId };
    } else if (error) {
      state.records[name] = { ...base, phase: 'failed', error };
    } else if (done && !(jobHasFinished && !just)) {
      const entry = migratedNote(done);
      const leftover = own && ({ ...own, why: 'deleteFailed' } as const);
      state.records[name] = { ...base, ...own, phase: 'skipped', note: entry, imageId: done.image, leftover };
    } else if (just) {
      const { imageId } = just;
      const entry = migratedNote({ batch: plan.name });
      const leftover = own && ({ ...own, why: 'ledgerNotWritten' } as const);
      state.records[name] = { ...base, ...own, phase: 'skipped', note: entry, imageId, leftover };
    } else if (jobId) {
      // It takes its slots from the start: nobody else may have them. One that is done is left to be deleted.
      state.records[name] = { round, sourceId, phase: 'waiting', jobId, jobRuns };
    } else if (round > 0) {
      state.records[name] = { round, sourceId, phase: 'waiting' };
    }
  }
  for (const { name, sourceId } of plan.servers) if (sourceId) delete state.sourceIds[name];
}

/** Why a server cannot be migrated yet whose name a workflow of the batch's earlier life has, for another source. */
export const nameInUse = (name: string, sourceId: string) => ({
  code: 'ServerUnderWay',
  message: `a workflow of this batch's earlier life still migrates source server ${sourceId} under the name '${name}'`,
  remedy: 'Wait for its end and retry the server, or give it another name in the plan.',
});

/** What was known of a server that has left the plan, or whose source was another one; its job is one of no server now. */
function forget({ records, sourceIds, diskGiB, jobIds, stock }: BatchState, name: string): void {
  const record = records[name];
  const left = unwatchedJob(record);
  if (left) stock.strays.push({ jobId: left.jobId, server: name, sourceId: record?.sourceId });
  for (const known of [records, sourceIds, diskGiB, jobIds]) delete known[name];
}
