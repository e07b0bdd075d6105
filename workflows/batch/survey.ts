import { ActivityFailure, ApplicationFailure, CancellationScope, condition } from '@temporalio/workflow';
import type { SurveyedServer } from '../../activities/sources/survey-source-servers';
import type { EarlierServers } from '../../activities/workflows/find-earlier-servers';
import { judgeSource, migratedNote, type SourceEvidence } from '../../src/ledger/judge-source';
import type { Plan, PlannedServer } from '../../src/plan';
import { batchCalls } from './activities';
import { unknownTimeZones } from './known-time-zones';
import { leavingNotes, leavingServers, planChanges, sourceNamed } from './plan-changes';
import { refusal } from './refusal';
import { type BatchRun, type BatchState, note, sourceOf } from './run';
import { hasWorkflow, isEnded, migratedFrom, type ServerRecord, unwatchedJob } from './server-record';
import { BatchServers } from './servers';
import { tryToTakeStock } from './stray-jobs';
import { withWish } from './wishes';

/** A message that names ten thousand servers is none. */
const mostRefusals = 20;

/** What the account and Temporal say of servers of a plan. */
export interface Findings {
  surveyed: SurveyedServer[];
  earlier: EarlierServers;
}

/** Finds the sources; what is done already is skipped, what cannot be migrated at all is failed. */
export async function survey(run: BatchRun, plan: Plan): Promise<void> {
  const unknown = await unknownTimeZones(plan);
  if (unknown) throw ApplicationFailure.nonRetryable(unknown, 'TimeZoneUnknown');
  takeFindings(run, plan, await lookUp(plan, plan.servers));
}

/** The report tells of so many servers that have left the plan: those that left last. */
const leftPlanLength = 1_000;

/**
 * Servers that are new, or have another source, are looked up before the plan takes effect; none that it changes starts
 * meanwhile. Those that are gone leave nothing behind but their jobs, which count on, and a line in the journal. Throws
 * what cannot change any more.
 */
export async function replacePlan(run: BatchRun, next: Plan): Promise<void> {
  const { state } = run;
  const mustWait = () => run.status === 'surveying' || run.changing;
  while (mustWait()) await condition(() => !mustWait());
  refuseChanges(run, next);
  const asked = next.servers.filter((server) => isLookedUp(run, server));
  const { removed, changed } = planChanges(run.plan, next, run.servers);
  run.changing = new Set([...removed, ...changed]);
  try {
    const unknown = await CancellationScope.nonCancellable(() => unknownTimeZones(next));
    if (unknown) throw refusal(unknown);
    const findings = asked.length > 0 && (await CancellationScope.nonCancellable(() => lookUp(next, asked)));
    // Other orders may have come first.
    refuseChanges(run, next);
    const left = leavingServers(run.plan, next, run.servers);
    for (const line of leavingNotes(left)) note(state, 'smc-batch', line);
    state.leftPlan = [...state.leftPlan, ...left].slice(-leftPlanLength);
    forgetChanged(run, next);
    if (findings) noteTwins(run, next, findings.surveyed);
    takeFindings(run, next, findings || undefined);
    if (!isSameQuota(run.plan, next)) state.quotaChangedAt = Date.now();
    run.plan = next;
    forgetGates(run);
    state.announced.failures = Math.min(state.announced.failures, run.servers.counts.failed);
    run.limitsChanged = true;
    await CancellationScope.nonCancellable(() => tryToTakeStock(run));
  } finally {
    run.changing = undefined;
    run.changed = true;
  }
}

/** A server that is new, or whose source is another one; one that failed or was cancelled is looked up when it is retried. */
function isLookedUp(run: BatchRun, server: PlannedServer): boolean {
  const { servers } = run;
  if (!servers.has(server.name)) return true;
  const phase = servers.phaseOf(server.name);
  return phase !== 'failed' && phase !== 'cancelled' && isMoved(run, server);
}

/** Servers that have left the plan, and the sources of failed and cancelled ones that have got another one. */
function forgetChanged({ servers, state }: BatchRun, next: Plan): void {
  const kept = new Map(next.servers.map((server) => [server.name, server]));
  for (const name of Object.keys(state.records)) {
    const server = kept.get(name);
    if (!server) forget(state, name);
    else if (servers.has(name) && sourceNamed(servers.server(name)) !== sourceNamed(server))
      delete state.sourceIds[name];
  }
}

/** What operators have said of waves and servers that are gone; a wave that has got new servers may end once more. */
function forgetGates({ plan, servers, state }: BatchRun): void {
  const { gates, announced } = state;
  const names = new Set(plan.waves.map(({ name }) => name));
  const stillThere = (waves: string[]) => waves.filter((name) => names.has(name));
  gates.paused.waves = stillThere(gates.paused.waves);
  gates.paused.servers = gates.paused.servers.filter((name) => servers.has(name));
  gates.approvedWaves = stillThere(gates.approvedWaves);
  gates.acceptedWaves = stillThere(gates.acceptedWaves);
  announced.waiting = stillThere(announced.waiting);
  const ended = new Set(servers.waves.filter((wave) => wave.ended === wave.total).map(({ name }) => name));
  announced.ended = announced.ended.filter((name) => ended.has(name));
}
const isSameQuota = (a: Plan, b: Plan) =>
  a.account.quota.jobs === b.account.quota.jobs && a.account.quota.running === b.account.quota.running;

/** A server that was asked about may have the source of one that was not. */
export function noteTwins({ state }: BatchRun, { servers }: Plan, surveyed: SurveyedServer[]): void {
  const asked = new Set(surveyed.map(({ name }) => name));
  const nameOf = new Map(
    servers.filter(({ name }) => !asked.has(name)).map((server) => [sourceOf(state, server), server.name]),
  );
  for (const server of surveyed) {
    const [sourceId] = server.found;
    if (server.found.length === 1) server.twin ??= nameOf.get(sourceId);
  }
}

/** Cancelled before its sources were known, a batch still has to cancel what its earlier life has at work. */
export async function takeOverRunning(run: BatchRun): Promise<void> {
  const { plan, servers, state } = run;
  const asked = plan.servers.map((server) => ({ name: server.name, sourceId: sourceOf(state, server) }));
  for (const { server, sourceId, standing } of (await earlierServers(plan.name, asked)).running) {
    if (!servers.has(server)) continue;
    const record = standing ?? { phase: 'migrating', startedAt: Date.now(), sourceId };
    servers.set(server, { ...record, round: 0 });
  }
}

/** Throws what of the next plan cannot take effect any more. */
export function refuseChanges(run: BatchRun, next: Plan): void {
  if (run.state.cancelRequested) throw refusal('the batch is being cancelled');
  const { refused } = planChanges(run.plan, next, run.servers);
  const more = refused.length > mostRefusals ? `; and ${refused.length - mostRefusals} more` : '';
  if (refused.length > 0) throw refusal(`${refused.slice(0, mostRefusals).join('; ')}${more}`);
}

export async function lookUp(plan: Plan, servers: PlannedServer[]): Promise<Findings> {
  const asked = servers.map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  const surveyed = await batchCalls(`${asked.length} servers`)
    .surveySourceServers({ batch: plan.name, servers: asked })
    .catch((error: unknown) => {
      throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause
        : error;
    });
  // Asked last: what ended while the account was read is in here.
  const earlier = await earlierServers(
    plan.name,
    surveyed.map(({ name, found }) => ({ name, sourceId: found.length === 1 ? found[0] : undefined })),
  );
  return { surveyed, earlier };
}

/** The servers that are at work since before the batch was applied, and what it has migrated that the ledger may not tell. */
export const earlierServers = (batch: string, servers: { name: string; sourceId?: string }[]) =>
  batchCalls('servers that were at work before the batch was applied').findEarlierServers({ batch, servers });

/**
 * Judges each server that was looked up, notes what follows, and takes in what was reported meanwhile. One that has ended
 * by an operator's word that came meanwhile stays so.
 */
export function takeFindings(run: BatchRun, plan: Plan, findings?: Findings): void {
  const { state } = run;
  const planned = new Map(plan.servers.map((server) => [server.name, server]));
  for (const found of findings?.surveyed ?? []) {
    const server = planned.get(found.name);
    const before = state.records[found.name];
    if (!server || hasWorkflow(before)) continue;
    const isAtWork = findings!.earlier.running.some((one) => one.server === found.name);
    // What a workflow of an earlier life has at work is cancelled as well.
    const isCancelled = before?.phase === 'cancelled' && isAtWork;
    const mayChange = isCancelled || (isMoved(run, server) && migratedFrom(before) !== undefined);
    if (before && isEnded(before.phase) && !mayChange) continue;
    if (isCancelled) state.wishes = withWish(state.wishes, server.name, 'cancel', Date.now());
    const record = recordOf(evidenceOf(run, plan.name, server, found, findings!.earlier), before, findings!);
    forget(state, server.name, record);
    const [sourceId, ...others] = found.found;
    const isNamed = server.sourceId === undefined && others.length === 0;
    if (isNamed && sourceId !== undefined) state.sourceIds[server.name] = sourceId;
    if (found.diskGiB !== undefined) state.diskGiB[server.name] = found.diskGiB;
    if (record?.phase === 'waiting' && record.jobId) state.jobIds[server.name] = record.jobId;
    if (record) state.records[server.name] = record;
  }
  run.servers = new BatchServers(plan, state.records, state.diskGiB, state.stock.strays);
  for (const report of run.early.splice(0)) run.servers.report(report, Date.now());
}

const isMoved = ({ servers }: BatchRun, server: PlannedServer) =>
  servers.has(server.name) && sourceNamed(servers.server(server.name)) !== sourceNamed(server);

function evidenceOf(
  { state }: BatchRun,
  batch: string,
  { name, sourceId, sourceName }: PlannedServer,
  { found, twin, ledger, jobs = [] }: SurveyedServer,
  { running, migrations }: EarlierServers,
): SourceEvidence {
  const known = migratedFrom(state.records[name]);
  const isMeant = (id: string | undefined) => id !== undefined && (found.includes(id) || id === sourceId);
  return {
    batch,
    server: { name, sourceId, sourceName },
    found,
    twin,
    ledger,
    jobs,
    running: running.find((one) => one.server === name) ?? running.find((one) => isMeant(one.sourceId)),
    migrations: [
      ...(known ? [{ server: name, ...known }] : []),
      ...migrations.filter((one) => one.server === name || isMeant(one.sourceId)),
    ],
    confirmed: name in state.lookUps ? state.lookUps[name]?.confirmed : undefined,
  };
}

/** What the verdict on a server makes of its record; none for one that has never been taken up and waits. */
function recordOf(
  evidence: SourceEvidence,
  before: ServerRecord | undefined,
  { earlier }: Findings,
): ServerRecord | undefined {
  const { batch, server, found } = evidence;
  const { round = 0 } = before ?? {};
  const verdict = judgeSource(evidence);
  const sourceId = found.length === 1 ? found[0] : server.sourceId;
  const endedAt = Date.now();
  switch (verdict.verdict) {
    // Round 0: it takes the word of a workflow that we did not start.
    case 'underWay': {
      const { standing } = earlier.running.find((one) => one.server === server.name) ?? {};
      if (standing) return { ...standing, round: 0 };
      return { round: 0, phase: 'migrating', startedAt: endedAt, sourceId, jobId: verdict.job?.jobId };
    }
    case 'blocked': {
      const { trouble, migrated } = verdict;
      return { round, endedAt, sourceId, phase: 'failed', error: trouble, migrated };
    }
    case 'migrated': {
      const { entry, about, job, isProof } = verdict;
      const own = job && { jobId: job.jobId };
      const leftover = own && ({ ...own, why: isProof ? 'ledgerNotWritten' : 'deleteFailed' } as const);
      const note = migratedNote({ ...entry, batch: entry.batch || batch }, about);
      const from = verdict.sourceId ?? sourceId;
      return {
        round,
        endedAt,
        sourceId: from,
        ...own,
        phase: 'skipped',
        note,
        imageId: entry.image,
        leftover,
      };
    }
    // It takes its slots from the start: nobody else may have them. One that is done is left to be deleted.
    case 'adopt': {
      const { jobId, runs } = verdict.job;
      return { round, sourceId, phase: 'waiting', jobId, jobRuns: runs };
    }
    // Whose the job is that stands in the way is seen again when the server's turn has come.
    case 'occupied':
    case 'create':
      return round > 0 ? { round, sourceId, phase: 'waiting' } : undefined;
  }
}

/** What was known of a server that has left the plan, or that was looked up again; a job that it has not kept is one of no server now. */
function forget(
  { records, sourceIds, diskGiB, jobIds, stock }: BatchState,
  name: string,
  next?: ServerRecord,
): void {
  const record = records[name];
  const left = unwatchedJob(record);
  const keeps = next && 'jobId' in next && next.jobId === left?.jobId;
  if (left && !keeps) stock.strays.push({ jobId: left.jobId, server: name, sourceId: record?.sourceId });
  for (const known of [records, sourceIds, diskGiB, jobIds]) delete known[name];
}
