import type { SurveyedServer } from '../../../activities/sources/survey-source-servers';
import type { EarlierServers } from '../../../activities/workflows/earlier-servers';
import { judgeSource, migratedNote, type SourceEvidence } from '../../../src/ledger/judge-source';
import type { Plan, PlannedServer } from '../../../src/plan';
import type { SmcFailure } from '../../contract/failure';
import type { ServerStanding } from '../../contract/server-messages';
import { noteServerEnd } from '../servers/ended-servers';
import { measuredEarlier } from '../servers/estimate';
import { ServerIndex } from '../servers/server-index';
import {
  adoptedRound,
  declaredRecord,
  hasWorkflow,
  isDeclared,
  isEnded,
  jobWithoutWorkflow,
  migratedFrom,
  newRecord,
  type ServerRecord,
} from '../servers/server-record';
import { type Batch, type BatchState, note, sourceOf } from '../state';
import { takeEarlyReports } from '../take-report';
import { wish } from '../wishes';

/** The state of servers of a plan in the account and in Temporal. */
export interface Findings {
  surveyed: SurveyedServer[];
  earlier: EarlierServers;
}

/**
 * Judges each server that was looked up, sets its record, and takes the reports that have come meanwhile. `plan` counts from now
 * on. A server that an operator has ended meanwhile stays ended.
 */
export function takeFindings(batch: Batch, plan: Plan, findings: Findings | undefined, now: number): void {
  const { state } = batch;
  const planned = new Map(plan.servers.map((server) => [server.name, server]));
  const atWork = new Set(findings?.earlier.running.map(({ server }) => server));
  for (const server of plan.servers) state.servers[server.name] ??= newRecord();
  for (const found of findings?.surveyed ?? []) {
    const server = planned.get(found.name);
    if (!server) continue;
    const before = state.servers[found.name]!;
    if (hasWorkflow(before)) continue;
    // An order that came during the look-up is for the workflow from before the batch was applied, too: nobody else would end it.
    const isGivenUp = before.phase === 'cancelled' || before.phase === 'skipped';
    const isCancelled = isGivenUp && atWork.has(found.name);
    const isReplaced = before.isMoved && migratedFrom(before) !== undefined;
    if (isEnded(before.phase) && !isCancelled && !isReplaced && !isDeclared(before)) continue;
    if (isCancelled) wish(batch, server.name, 'cancel', now);
    const evidence = evidenceOf(plan.name, server, before, found, findings!.earlier);
    const after = {
      diskGiB: found.diskGiB ?? before.diskGiB,
      lastRound: before.lastRound,
      ...judgedRecord(evidence, before, findings!, now),
    };
    batch.index.watch?.(before, after);
    forgetServer(state, server.name, after);
    state.servers[server.name] = after;
    // What earlier runs have migrated is no news.
    if (after.phase === 'failed') noteServerEnd(state, server.name, before, after);
  }
  for (const { name, done } of plan.servers)
    if (done !== undefined) takeDeclared(batch, name, done, findings?.earlier, now);
  measureByEarlier(state, findings);
  state.plan = plan;
  batch.index = new ServerIndex(state, batch.index.watch);
  takeEarlyReports(batch, now);
}

/**
 * Takes a server that the plan declares as done. A workflow of it that runs goes on; a migration by this batch stays what it is; a
 * job that it has left becomes a stray.
 */
function takeDeclared(
  batch: Batch,
  name: string,
  done: string,
  earlier: EarlierServers | undefined,
  now: number,
): void {
  const { state } = batch;
  const before = state.servers[name]!;
  if (hasWorkflow(before) || (before.phase === 'migrated' && !before.declared)) return;
  const running = earlier?.running.find(({ server }) => server === name);
  const after = running ? runningRecord(running, now) : declaredRecord(done, before);
  batch.index.watch?.(before, after);
  forgetServer(state, name, after);
  state.servers[name] = after;
}

/** The record of a server whose workflow runs since before the batch was applied. */
const runningRecord = (
  { sourceId, standing }: EarlierServers['running'][number],
  now: number,
): ServerRecord =>
  standing
    ? standingRecord(standing, now)
    : { phase: 'migrating', startedAt: now, sourceId, round: adoptedRound, standingAsked: false };

/**
 * Until the batch has measured for itself, what its servers took in an earlier run says more than what SMC publishes; and a
 * simulator is faster than that.
 */
function measureByEarlier(state: BatchState, findings: Findings | undefined): void {
  if (!findings || state.measured.servers > 0) return;
  const diskGiB = new Map(findings.surveyed.map((server) => [server.name, server.diskGiB]));
  const took = findings.earlier.took ?? [];
  const [speed] = findings.surveyed.flatMap(({ simulatedSpeed }) => simulatedSpeed ?? []);
  state.measured = measuredEarlier(
    took.map(({ server, seconds }) => ({ seconds, diskGiB: diskGiB.get(server) ?? 0 })),
    speed,
  );
}

/** Takes the result of a look-up of waiting servers. When the plan has changed meanwhile, that change looks them up itself. */
export function takeLookUp(batch: Batch, askedOf: Plan, findings: Findings, now: number): void {
  const { state } = batch;
  state.lookUp = {};
  if (state.plan !== askedOf || state.planChange) return;
  noteTwins(state, askedOf, findings.surveyed);
  takeFindings(batch, askedOf, findings, now);
}

/** The wait after a look-up that failed. */
const againMs = 60_000;

/** Notes a look-up that failed: the servers go on waiting, and the journal has the reason once. */
export function takeLookUpTrouble({ state }: Batch, trouble: SmcFailure, now: number): void {
  const { code, message, remedy } = trouble;
  if (state.lookUp.trouble !== code)
    note(state, 'smc-batch', `servers that wait could not be looked up: ${message}. ${remedy}`, now);
  state.lookUp = { trouble: code, notBefore: now + againMs };
}

/** Finds servers that were looked up and have the same source as one that was not. */
export function noteTwins(state: BatchState, { servers }: Plan, surveyed: SurveyedServer[]): void {
  const asked = new Set(surveyed.map(({ name }) => name));
  const nameOf = new Map(
    servers.filter(({ name }) => !asked.has(name)).map((server) => [sourceOf(state, server), server.name]),
  );
  for (const server of surveyed) {
    const [sourceId] = server.found;
    if (server.found.length === 1) server.twin ??= nameOf.get(sourceId);
  }
}

/** The survey has ended: from now on servers may start. */
export function takeSurveyEnd(batch: Batch, now: number): void {
  batch.state.lookUp = {};
  batch.state.strays.polls = 0;
  batch.state.stage = 'running';
  takeEarlyReports(batch, now);
}

/** Adopts the workflows from before the batch was applied when the survey was cancelled: they have to be cancelled, too. */
export function takeOverRunning(batch: Batch, { running }: EarlierServers, now: number): void {
  for (const one of running)
    if (batch.index.has(one.server)) batch.index.set(one.server, runningRecord(one, now));
}

/** Removes the record of a server that leaves the plan, or gets another source: a job that the next record does not have becomes a stray. */
export function forgetServer({ servers, strays }: BatchState, name: string, next?: ServerRecord): void {
  const record = servers[name];
  const left = jobWithoutWorkflow(record);
  const keeps = next && 'jobId' in next && next.jobId === left?.jobId;
  if (left && !keeps) strays.jobs.push({ jobId: left.jobId, server: name, sourceId: record?.sourceId });
  delete servers[name];
}

function evidenceOf(
  batch: string,
  { name, sourceId, sourceName }: PlannedServer,
  before: ServerRecord,
  { found, twin, ledger, jobs = [] }: SurveyedServer,
  { running, migrations }: EarlierServers,
): SourceEvidence {
  const known = migratedFrom(before);
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
    confirmed: before.phase === 'waiting' ? before.lookUp?.confirmed : undefined,
  };
}

/** The record of a server after the verdict on its source. */
function judgedRecord(
  evidence: SourceEvidence,
  { round }: ServerRecord,
  { earlier }: Findings,
  now: number,
): ServerRecord {
  const { batch, server, found } = evidence;
  const verdict = judgeSource(evidence);
  const sourceId = found.length === 1 ? found[0] : server.sourceId;
  switch (verdict.verdict) {
    case 'underWay': {
      const { standing } = earlier.running.find((one) => one.server === server.name) ?? {};
      if (standing) return standingRecord(standing, now);
      const jobId = verdict.job?.jobId;
      return {
        ...{ round: adoptedRound, phase: 'migrating', standingAsked: false },
        ...{ startedAt: now, sourceId, jobId },
      };
    }
    case 'blocked': {
      const { trouble, migrated } = verdict;
      return { round, endedAt: now, sourceId, phase: 'failed', error: trouble, migrated };
    }
    case 'migrated': {
      const { entry, about, job, isProof } = verdict;
      const own = job && { jobId: job.jobId };
      const leftover = own && ({ ...own, why: isProof ? 'ledgerNotWritten' : 'deleteFailed' } as const);
      const by = entry.batch || batch;
      const note = migratedNote({ ...entry, batch: by }, about);
      const done = { round, sourceId: verdict.sourceId ?? sourceId, imageId: entry.image, leftover };
      if (by !== batch) return { ...done, ...own, phase: 'skipped', endedAt: now, note };
      const { startedAt, endedAt, jobId = job?.jobId ?? entry.jobId } = entry.migration ?? {};
      const isPlain = about === undefined && entry.jobId === undefined;
      return {
        ...done,
        phase: 'migrated',
        earlier: true,
        jobId,
        startedAt,
        endedAt,
        note: isPlain ? undefined : note,
      };
    }
    // An adopted job has its slots from now on. A Finished one has only to be tagged and deleted.
    case 'adopt': {
      const { jobId, runs } = verdict.job;
      return { round, sourceId, phase: 'waiting', jobId, jobRuns: runs };
    }
    // The job of another owner may be gone when the server starts: it is judged again then.
    case 'occupied':
    case 'create':
      return { round, sourceId, phase: 'waiting' };
  }
}

/** The record of a server by the standing of its workflow. */
export function standingRecord(
  { creationId, round: workflowRound, ...standing }: ServerStanding,
  now: number,
  round = adoptedRound,
): ServerRecord {
  const known = { ...standing, round, ...(round === adoptedRound && { workflowRound }) };
  return known.phase === 'queued' ? { ...known, queuedAt: now } : known;
}
