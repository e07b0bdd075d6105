import type { RunningServer } from '../../activities/workflows/earlier-servers';
import type { EndedServer } from '../../activities/workflows/find-ended-servers';
import { nameInUse } from '../../src/ledger/judge-source';
import { settingsForSmc } from '../../src/plan/plan';
import { smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import type { ServerStanding } from '../contract/server-messages';
import type { ServerMigrationInput } from '../contract/server-migration';
import { standingRecord } from './looks/findings';
import { adoptedRound, isStandingUnknown, type ServerRecord } from './servers/server-record';
import { type Batch, endUntouched, waitAgain } from './state';
import { takeEarlyReports, takeEnd } from './take-report';
import { isWished, sendAgain, type Wish, withdraw } from './wishes';

// The workflows of a batch's servers: the input of one, its start and end in Temporal, and another workflow with its name.

/** The longest time in which the workflow of a server closes after it has reported its end. */
const closingMs = 600_000;
/** From one check of ends to the next: the time doubles while all workflows run. */
export const endCheckMs = { first: 60_000, longest: 300_000 };
/** The wait before the next try to start a workflow while the last one closes. */
const closedSoonMs = 1_000;

/** The input of a server's workflow. It is the same at each try to start that workflow. */
export function migrationInput({ state, index }: Batch, name: string): ServerMigrationInput {
  const { plan, hold } = state;
  const planned = index.planOf(name);
  const record = index.record(name);
  if (record.sourceId === undefined) throw new Error(`server ${name} has not been looked up`);
  const { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure } = plan.policy;
  return {
    batch: plan.name,
    server: name,
    round: record.round,
    sourceId: record.sourceId,
    creationId: creationIdOf(state, name, record),
    job: settingsForSmc(planned.job),
    // The job of an earlier round is found by its tags.
    knownJobId: 'jobId' in record && record.roundEndedAt === undefined ? record.jobId : undefined,
    cutoverAt: planned.cutoverAt,
    wantsStartAccepted: hold !== undefined,
    policy: { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure },
  };
}

/** The id of a round's job creation. */
const creationIdOf = (
  { plan, firstRunId }: Batch['state'],
  name: string,
  { round, startedAt }: Pick<ServerRecord, 'round' | 'startedAt'>,
) => `${plan.name}/${firstRunId}/${name}/${round}/${startedAt}`;

/** Temporal has started a server's workflow. */
export function takeStarted({ state, index }: Batch, name: string, round: number, runId: string): void {
  withdraw(state, name, 'start');
  const record = index.has(name) ? index.record(name) : undefined;
  if (record?.round === round && index.withWorkflow.has(name)) index.set(name, { ...record, runId });
}

/**
 * Another workflow has the server's name. When it is that of the last round, which is about to close, the server waits. Otherwise
 * gives whether the workflow has to be asked what it is: one from before the batch was applied, or the one that was started when
 * the confirmation was lost.
 */
export function takeNameInUse(batch: Batch, { server, sends }: Wish, round: number, now: number): boolean {
  const { index } = batch;
  if (!index.has(server)) return false;
  const record = index.record(server);
  if (record.phase !== 'migrating' || record.round !== round) return false;
  const { sourceId, startedAt } = record;
  // The wish is kept until the answer has come: another run may have to ask again.
  if (sends > 1) return true;
  if (waitForClosing(batch, server, now)) return false;
  // The workflow is adopted: its reports come to this batch.
  index.set(server, {
    ...{ phase: 'migrating', standingAsked: false, round: adoptedRound, lastRound: round },
    ...{ startedAt, sourceId, starts: 1 },
  });
  return true;
}

/** Makes the server wait when the workflow of its last round has reported its end, and is about to close. */
function waitForClosing(batch: Batch, server: string, now: number): boolean {
  const { roundEndedAt } = batch.index.record(server);
  if (roundEndedAt === undefined || now - roundEndedAt >= closingMs) return false;
  waitAgainUnlessCancelled(batch, server, now, { notBefore: now + closedSoonMs, roundEndedAt });
  return true;
}

/** Takes the standing of the workflow that has the server's name. It may be in any phase, and may have an earlier source of the server. */
export function takeNamesake(
  batch: Batch,
  name: string,
  round: number,
  found: RunningServer | undefined,
  now: number,
): void {
  judgeNamesake(batch, name, round, found, now);
  takeEarlyReports(batch, now);
}

function judgeNamesake(
  batch: Batch,
  name: string,
  round: number,
  found: RunningServer | undefined,
  now: number,
): void {
  const { index, state } = batch;
  if (!index.has(name)) return;
  const record = index.record(name);
  // Its own report came first, or its next round has begun.
  if (record.phase !== 'migrating' || record.runId !== undefined) return;
  if (record.round !== round && record.round !== adoptedRound) return;
  const { sourceId } = record;
  // It may be the workflow that was started, or the last one, which closes: only its own answer tells which.
  if (found && !found.standing && record.round === round) {
    sendAgain(batch, name, 'start', now);
    return;
  }
  const { creationId } = found?.standing ?? {};
  const isOurs = creationId !== undefined && creationId === creationIdOf(state, name, record);
  withdraw(state, name, 'start');
  // It is the workflow that was started.
  if (isOurs) return;
  if (found && creationId !== undefined && waitForClosing(batch, name, now)) return;
  if (!found) {
    // The workflow has ended meanwhile: the source is looked up again.
    waitAgainUnlessCancelled(batch, name, now, { lookUp: {} });
  } else if (found.sourceId !== undefined && found.sourceId !== sourceId) {
    const error = nameInUse(found);
    index.set(name, { phase: 'failed', round: adoptedRound, sourceId, endedAt: now, error });
  } else {
    const { standing } = found;
    const lastRound = Math.max(record.lastRound ?? 0, record.round);
    const unknown = { ...record, round: adoptedRound, standingAsked: false };
    index.set(name, { ...(standing ? standingRecord(standing, now) : unknown), lastRound });
  }
}

/** Makes a server whose workflow could not be started wait again; it ends when an operator has cancelled it meanwhile. */
function waitAgainUnlessCancelled(
  batch: Batch,
  name: string,
  now: number,
  waits: Parameters<typeof waitAgain>[2],
): void {
  const isCancelled = isWished(batch.state, name, 'cancel');
  waitAgain(batch, name, waits);
  withdraw(batch.state, name);
  if (isCancelled) endUntouched(batch, name, { phase: 'cancelled' }, now);
}

/** A check of ends: the servers that were asked for, with their records at that time, and those that were asked for their standing. */
export interface EndCheck {
  records: ReadonlyMap<string, ServerRecord>;
  standings: readonly string[];
}

/**
 * A check of these servers. A workflow is asked for its standing until that is known; one that was adopted is asked once more, because
 * its last report may have gone to the earlier batch.
 */
export function endCheckOf({ index }: Batch, names: readonly string[]): EndCheck {
  const records = new Map(names.map((name) => [name, index.record(name)]));
  const standings = names.filter((name) => {
    const record = index.record(name);
    return record.phase === 'migrating' && !(record.standingAsked ?? record.round !== adoptedRound);
  });
  return { records, standings };
}

/** Takes the result of a check: the workflows that have ended, and the standings of adopted ones. */
export function takeEndCheck(
  batch: Batch,
  { records, standings }: EndCheck,
  found: readonly EndedServer[],
  now: number,
): void {
  const { state, index } = batch;
  const { everyMs = endCheckMs.first, dueAt } = state.endCheck;
  for (const { server, result, standing } of found) {
    const asked = records.get(server)!;
    if (standing) {
      if (index.has(server) && index.record(server) === asked) takeStanding(batch, server, standing, now);
    } else {
      const error = endedWithoutResult(state.plan.name, 'terminated');
      const ended = result ?? { outcome: 'failed' as const, error };
      takeEnd(batch, { server, round: asked.workflowRound ?? asked.round, result: ended }, now);
    }
  }
  let hasUnknown = false;
  for (const name of standings) {
    if (!index.has(name) || index.record(name) !== records.get(name)) continue;
    if (isStandingUnknown(index.record(name))) hasUnknown = true;
    else index.set(name, { ...index.record(name), standingAsked: true } as ServerRecord);
  }
  const isSoon = hasUnknown || found.some(({ standing }) => standing?.phase !== 'migrating');
  state.endCheck = {
    everyMs: isSoon ? endCheckMs.first : Math.min(2 * everyMs, endCheckMs.longest),
    dueAt,
  };
  takeEarlyReports(batch, now);
}

/** Takes where the workflow of a server stands; then the reports count that have come meanwhile. */
function takeStanding({ index }: Batch, name: string, standing: ServerStanding, now: number): void {
  const { round, lastRound, runId } = index.record(name);
  const known = { ...standingRecord(standing, now, round), lastRound, runId };
  index.set(name, known.phase === 'migrating' ? { ...known, standingAsked: true } : known);
}

/** The failure of a server whose workflow was terminated, or has failed. */
export const endedWithoutResult = (batch: string, message: string): SmcFailure => ({
  code: 'WorkflowEnded',
  message: `its workflow ended without a result: ${message}`,
  remedy: `Its replication job may still be in the account. Delete it, then retry the server: ${smcBatchCommand('cleanup', [batch])}`,
});
