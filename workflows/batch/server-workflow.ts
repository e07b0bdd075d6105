import type { RunningServer } from '../../activities/workflows/find-earlier-servers';
import type { EndedServer } from '../../activities/workflows/find-ended-servers';
import { nameInUse } from '../../src/ledger/judge-source';
import { settingsForSmc } from '../../src/plan/plan';
import { smcBatchCommand } from '../../src/text';
import type { SmcFailure } from '../contract/failure';
import type { ServerMigrationInput } from '../contract/server-migration';
import { standingRecord } from './looks/findings';
import { adoptedRound, type ServerRecord } from './servers/server-record';
import { type Batch, endUntouched, waitAgain } from './state';
import { takeReport } from './take-report';
import { isWished, sendAgain, type Wish, withdraw } from './wishes';

// What becomes of the workflows of a batch's servers: how one is started, what Temporal says of it, who has its name.

/** So long the workflow of a server that has told its end may take to close. */
const closingMs = 600_000;
/** It is tried again after so long. */
const closedSoonMs = 1_000;

/** What the workflow of a server that was taken up is given. It says the same each time it is asked for. */
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
    knownJobId: 'jobId' in record ? record.jobId : undefined,
    cutoverAt: planned.cutoverAt,
    wantsStartAccepted: hold !== undefined,
    policy: { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure },
  };
}

/** With the time, too: a server that has left the plan and come back begins with round 1 again. */
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
 * Another workflow has the server's name. That of its last round is about to close, and the server waits for it; else gives
 * whether the one that runs must be asked who it is: one of an earlier life of the batch, or the one that was started when
 * this batch did not hear of it any more.
 */
export function takeNameInUse(batch: Batch, { server, sends }: Wish, round: number, now: number): boolean {
  const { index } = batch;
  if (!index.has(server)) return false;
  const record = index.record(server);
  if (record.phase !== 'migrating' || record.round !== round) return false;
  const { sourceId, startedAt } = record;
  // The wish stands until the answer is in: it may be another run that hears it.
  if (sends > 1) return true;
  if (waitForClosing(batch, server, now)) return false;
  // It will report to us.
  index.set(server, {
    ...{ phase: 'migrating', round: adoptedRound, lastRound: round },
    ...{ startedAt, sourceId, starts: 1 },
  });
  return true;
}

/** The workflow of its last round has told its end, and is about to close: the server waits for that. */
function waitForClosing(batch: Batch, server: string, now: number): boolean {
  const { roundEndedAt } = batch.index.record(server);
  if (roundEndedAt === undefined || now - roundEndedAt >= closingMs) return false;
  waitAgainUnlessCancelled(batch, server, now, { notBefore: now + closedSoonMs, roundEndedAt });
  return true;
}

/** Who has the server's name says where it stands: anywhere by now, and even with what was the server's source before. */
export function takeNamesake(
  batch: Batch,
  name: string,
  round: number,
  found: RunningServer | undefined,
  now: number,
): void {
  const { index, state } = batch;
  if (!index.has(name)) return;
  const record = index.record(name);
  // Its own report was faster, or it has been taken up once more.
  if (record.phase !== 'migrating' || record.runId !== undefined) return;
  if (record.round !== round && record.round !== adoptedRound) return;
  const { sourceId } = record;
  // It may be the one that was started, or the last one, which closes: only its own answer tells.
  if (found && !found.standing && record.round === round) {
    sendAgain(batch, name, 'start', now);
    return;
  }
  const { creationId } = found?.standing ?? {};
  const isOurs = creationId !== undefined && creationId === creationIdOf(state, name, record);
  withdraw(state, name, 'start');
  // It is the one that was started.
  if (isOurs) return;
  if (found && creationId !== undefined && waitForClosing(batch, name, now)) return;
  if (!found) {
    // It has ended meanwhile: what has become of its source is seen anew.
    waitAgainUnlessCancelled(batch, name, now, { lookUp: {} });
  } else if (found.sourceId !== undefined && found.sourceId !== sourceId) {
    const error = nameInUse(found);
    index.set(name, { phase: 'failed', round: adoptedRound, sourceId, endedAt: now, error });
  } else {
    const { standing } = found;
    const lastRound = Math.max(record.lastRound ?? 0, record.round);
    const adopted = standing ? standingRecord(standing, now) : { ...record, round: adoptedRound };
    index.set(name, { ...adopted, lastRound });
  }
}

/** A server whose workflow could not be started waits again, unless an operator has cancelled it meanwhile. */
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

/** What was asked of Temporal: servers at work, as they were known, and those of them that were to say where they stand. */
export interface EndCheck {
  records: ReadonlyMap<string, ServerRecord>;
  standings: readonly string[];
}

/** Those that were at work before the batch was applied say once where they stand: a report may have come between two batches. */
export function endCheckOf({ index }: Batch, names: readonly string[]): EndCheck {
  const records = new Map(names.map((name) => [name, index.record(name)]));
  const standings = names.filter((name) => {
    const record = index.record(name);
    return record.phase === 'migrating' && record.round === adoptedRound && !record.standingAsked;
  });
  return { records, standings };
}

/** What Temporal says of servers whose workflow may have ended unheard. */
export function takeEndCheck(
  batch: Batch,
  { records, standings }: EndCheck,
  found: readonly EndedServer[],
  now: number,
): void {
  const { state, index } = batch;
  state.endCheck = {};
  for (const { server, result, standing } of found) {
    const asked = records.get(server)!;
    if (standing) {
      if (index.has(server) && index.record(server) === asked)
        index.set(server, standingRecord(standing, now, asked.round));
    } else {
      const error = endedWithoutResult(state.plan.name, 'terminated');
      const ended = result ?? { outcome: 'failed' as const, error };
      takeReport(batch, { kind: 'ended', server, round: asked.round, result: ended }, now);
    }
  }
  for (const name of standings)
    if (index.has(name) && index.record(name) === records.get(name))
      index.set(name, { ...index.record(name), standingAsked: true } as ServerRecord);
}

/** A server's workflow was ended by somebody else, or has failed. */
export const endedWithoutResult = (batch: string, message: string): SmcFailure => ({
  code: 'WorkflowEnded',
  message: `its workflow ended without a result: ${message}`,
  remedy: `Its replication job may still be in the account. Delete it, then retry the server: ${smcBatchCommand('cleanup', [batch])}`,
});
