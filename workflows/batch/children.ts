import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ChildWorkflowCancellationType, ParentClosePolicy, sleep, startChild } from '@temporalio/workflow';
import { nameInUse } from '../../src/ledger/judge-source';
import { settingsForSmc } from '../../src/plan/plan';
import { smcBatchCommand } from '../../src/text';
import { serverWorkflowId } from '../contract/ids';
import { smcBatch, smcPhase, smcServer } from '../contract/search-attributes';
import type { ServerMigration } from '../contract/server-migration';
import { batchCalls } from './activities';
import { type BatchRun, sourceOf } from './run';
import { waitAgainUnlessCancelled, wish } from './send-wishes';
import { hasWorkflow, isEnded, type ServerRecord } from './server-record';
import { earlierServers } from './survey';

const reconcileMs = 60_000;
/** So long the workflow of a server that has told its end may take to close. */
const closingMs = 600_000;

/** Takes a server up: a workflow of its own, which outlives this run of the batch and reports by signal. */
export function startServer(run: BatchRun, name: string): void {
  const { plan, state, servers } = run;
  const planned = servers.server(name);
  const sourceId = sourceOf(state, planned);
  if (sourceId === undefined) throw new Error(`server ${name} has not been looked up`);
  const before = state.records[name];
  const round = (before?.round ?? 0) + 1;
  servers.set(name, { phase: 'migrating', round, startedAt: Date.now(), sourceId, starts: 1 });
  const { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure } = plan.policy;

  run.starting.add(name);
  run.watched.add(name);
  startChild<ServerMigration>('serverMigration', {
    workflowId: serverWorkflowId(plan.name, name),
    args: [
      {
        batch: plan.name,
        server: name,
        round,
        sourceId,
        // The time, too: a server that has left the plan and come back begins with round 1 again.
        creation: `${plan.name}/${state.creation}/${name}/${round}/${Date.now()}`,
        job: settingsForSmc(planned.job),
        knownJobId: round === 1 ? state.jobIds[name] : undefined,
        cutoverAt: planned.cutoverAt,
        tells: state.hold !== undefined,
        policy: { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure },
      },
    ],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    typedSearchAttributes: [
      { key: smcBatch, value: plan.name },
      { key: smcServer, value: name },
      { key: smcPhase, value: 'running' },
    ],
    memo: { sourceId, wave: planned.wave, ...(planned.sourceName && { sourceName: planned.sourceName }) },
    staticSummary: `${name} (${sourceId}), wave ${planned.wave}`,
  })
    .then(
      (child) => {
        const record = state.records[name];
        if (record?.round === round && hasWorkflow(record))
          run.servers.set(name, { ...record, runId: child.firstExecutionRunId });
        watchEnd(run, name, round, child.result());
      },
      async (error: unknown) => {
        run.watched.delete(name);
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        await takeOver(run, name, sourceId, before?.roundEndedAt);
      },
    )
    .finally(() => {
      run.starting.delete(name);
      run.changed = true;
    });
}

/** Another workflow has the server's name already. */
async function takeOver(
  run: BatchRun,
  name: string,
  sourceId: string,
  roundEndedAt: number | undefined,
): Promise<void> {
  if (roundEndedAt !== undefined && Date.now() - roundEndedAt < closingMs) {
    // The workflow of its last round has told its end, and is about to close.
    await sleep(1_000, { summary: `until the last workflow of ${name} has closed` });
    waitAgainUnlessCancelled(run, name, roundEndedAt);
    return;
  }
  // It runs since an earlier run of this batch was terminated; it will report to us. Round 0 takes its word.
  if (!isEnded(run.servers.phaseOf(name)))
    run.servers.set(name, { phase: 'migrating', round: 0, startedAt: Date.now(), sourceId, starts: 1 });
  await joinRunning(run, name, sourceId);
}

/** Its workflow runs already: it may stand anywhere by now, and even migrate what was the server's source before. */
async function joinRunning(run: BatchRun, name: string, sourceId: string): Promise<void> {
  const { running } = await earlierServers(run.plan.name, [{ name, sourceId }]);
  const { servers, state } = run;
  const record = state.records[name];
  // Its own report was faster.
  if (record?.round !== 0 || record.phase !== 'migrating') return;
  const found = running.find(({ server }) => server === name);
  if (!found) {
    // It has ended meanwhile: what has become of its source is seen anew.
    state.lookUps[name] = {};
    waitAgainUnlessCancelled(run, name);
  } else if (found.sourceId !== undefined && found.sourceId !== sourceId) {
    const error = nameInUse(found);
    servers.set(name, { phase: 'failed', round: 0, sourceId, endedAt: Date.now(), error });
  } else if (found.standing) servers.set(name, { ...found.standing, round: 0 });
}

/** The last word on a server is its workflow's result, also where its report was lost. */
function watchEnd(run: BatchRun, server: string, round: number, result: ReturnType<ServerMigration>): void {
  result
    .catch((error: unknown) => ({
      outcome: 'failed' as const,
      error: workflowFailure(run.plan.name, String((error as Error).message)),
    }))
    .then((ended) => {
      run.watched.delete(server);
      run.servers.report({ kind: 'ended', server, round, result: ended }, Date.now());
      run.changed = true;
    });
}

/** Gives a server the slot it has asked for once more. */
export function grantSlot(run: BatchRun, name: string, record: ServerRecord & { phase: 'queued' }): void {
  const { phase, need, error, ...kept } = record;
  const isRefusal = error?.code.startsWith('QuotaExceeded');
  run.servers.set(name, {
    ...kept,
    phase: 'migrating',
    granted: need,
    starts: (record.starts ?? 1) + Number(record.jobId !== undefined && !isRefusal),
  });
  wish(run, name, 'grant');
}

/**
 * Asks after servers that no workflow of this run watches: one that was terminated would hold its slot for ever. Those
 * that were at work before the batch was applied are asked once where they stand: a report may have come between two
 * batches.
 */
export async function reconcileNowAndThen(run: BatchRun): Promise<void> {
  const { state } = run;
  const asked = new Set<string>();
  for (;;) {
    await sleep(reconcileMs, { summary: 'until servers started by earlier runs are asked after' });
    // What is known now: a server may have gone on when the answer comes.
    const unwatched = new Map<string, ServerRecord>();
    const joined: string[] = [];
    for (const [name, record] of Object.entries(state.records)) {
      if (run.watched.has(name) || !hasWorkflow(record)) continue;
      unwatched.set(name, record);
      if (record.round === 0 && record.phase === 'migrating' && !asked.has(name)) joined.push(name);
    }
    if (unwatched.size === 0) continue;
    const found = await batchCalls().findEndedServers({
      batch: run.plan.name,
      servers: [...unwatched.keys()],
      joined,
    });
    for (const name of joined) asked.add(name);
    for (const { server, result, standing } of found) {
      const { round } = unwatched.get(server)!;
      if (standing) {
        if (state.records[server] === unwatched.get(server)) run.servers.set(server, { ...standing, round });
      } else {
        const error = workflowFailure(run.plan.name, 'terminated');
        const ended = result ?? { outcome: 'failed' as const, error };
        run.servers.report({ kind: 'ended', server, round, result: ended }, Date.now());
      }
      run.changed = true;
    }
  }
}

const workflowFailure = (batch: string, message: string) => ({
  code: 'WorkflowEnded',
  message: `its workflow ended without a result: ${message}`,
  remedy: `Its replication job may still be in the account. Delete it, then retry the server: ${smcBatchCommand('cleanup', [batch])}`,
});
