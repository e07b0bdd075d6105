import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { smcBatchCommand } from '../src/text';
import { batchCalls } from './batch-activities';
import type { BatchRun } from './batch-run';
import { earlierServers, nameInUse } from './batch-survey';
import { serverWorkflowId } from './ids';
import { cutOverRequested, slotGranted } from './messages';
import { smcBatch, smcPhase, smcServer } from './search-attributes';
import { serverMigration } from './server-migration';
import { hasWorkflow, type ServerRecord } from './server-record';

const reconcileMs = 60_000;

/** Takes a server up: a workflow of its own, which outlives this run of the batch and reports by signal. */
export function startServer(run: BatchRun, name: string): void {
  const { plan, state, servers } = run;
  const planned = servers.server(name);
  const sourceId = planned.sourceId ?? state.sourceIds[name]!;
  const round = (state.records[name]?.round ?? 0) + 1;
  servers.set(name, { phase: 'migrating', round, startedAt: Date.now(), sourceId, starts: 1 });
  const { attempts, restartDelaySeconds, jobTimeoutSeconds, stallTimeoutSeconds, onFailure } = plan.policy;

  run.starting++;
  run.watched.add(name);
  startChild(serverMigration, {
    workflowId: serverWorkflowId(plan.name, name),
    args: [
      {
        batch: plan.name,
        server: name,
        round,
        sourceId,
        // The time, too: a server that has left the plan and come back begins with round 1 again.
        creation: `${plan.name}/${state.creation}/${name}/${round}/${Date.now()}`,
        job: planned.job,
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
    memo: { sourceId, wave: planned.wave },
    staticSummary: `${name} (${sourceId}), wave ${planned.wave}`,
  })
    .then(
      (child) => watchEnd(run, name, round, child.result()),
      async (error: unknown) => {
        run.watched.delete(name);
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        // It runs since an earlier run of this batch was terminated; it will report to us. Round 0 takes its word.
        run.servers.set(name, { phase: 'migrating', round: 0, startedAt: Date.now(), sourceId, starts: 1 });
        await failOtherSource(run, name, sourceId);
      },
    )
    .finally(() => {
      run.starting--;
      run.changed = true;
    });
}

/** A workflow of an earlier life may have the server's name, and migrate what was its source then. */
async function failOtherSource({ plan, servers }: BatchRun, name: string, sourceId: string): Promise<void> {
  const { runningSourceIds, migrated } = await earlierServers(plan.name);
  if (servers.records[name]?.round !== 0) return;
  const isOther = (migrates: string | undefined) => migrates !== undefined && migrates !== sourceId;
  const running = runningSourceIds[name];
  if (running !== undefined && isOther(running)) {
    const error = nameInUse(name, running);
    servers.set(name, { phase: 'failed', round: 0, sourceId, endedAt: Date.now(), error });
  } else if (migrated.some((ended) => ended.server === name && isOther(ended.sourceId))) {
    // It has ended meanwhile: the name is free.
    servers.waitAgain(name);
  }
}

/** The last word on a server is its workflow's result, also where its report was lost. */
function watchEnd(
  run: BatchRun,
  server: string,
  round: number,
  result: ReturnType<typeof serverMigration>,
): void {
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
  // Lost when the server has just ended: its end is on its way to us.
  void getExternalWorkflowHandle(serverWorkflowId(run.plan.name, name))
    .signal(slotGranted, { need, tells: run.state.hold !== undefined })
    .catch(() => undefined);
}

/** The server stops and cleans up its job before it reports its end. */
export function cancelServer(run: BatchRun, name: string): void {
  void getExternalWorkflowHandle(serverWorkflowId(run.plan.name, name))
    .cancel()
    .catch(() => undefined);
}

/** An incremental job gets its last sync and final image, as soon as it has been synced once. */
export function cutOverServer(run: BatchRun, name: string): void {
  void getExternalWorkflowHandle(serverWorkflowId(run.plan.name, name))
    .signal(cutOverRequested)
    .catch(() => undefined);
}

/** Asks after servers that no workflow of this run watches: one that was terminated would hold its slot for ever. */
export async function reconcileNowAndThen(run: BatchRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await sleep(reconcileMs, { summary: 'until servers started by earlier runs are asked after' });
    // The round is noted now: the server may be in its next one when the answer comes.
    const unwatched = new Map<string, number>();
    for (const [name, record] of Object.entries(state.records)) {
      if (!run.watched.has(name) && hasWorkflow(record)) unwatched.set(name, record.round);
    }
    if (unwatched.size === 0) continue;
    for (const { server, result } of await batchCalls().findEndedServers({
      batch: run.plan.name,
      servers: [...unwatched.keys()],
    })) {
      const ended = result ?? {
        outcome: 'failed' as const,
        error: workflowFailure(run.plan.name, 'terminated'),
      };
      run.servers.report({ kind: 'ended', server, round: unwatched.get(server)!, result: ended }, Date.now());
      run.changed = true;
    }
  }
}

const workflowFailure = (batch: string, message: string) => ({
  code: 'WorkflowEnded',
  message: `its workflow ended without a result: ${message}`,
  remedy: `Its replication job may still be in the account. Delete it, then retry the server: ${smcBatchCommand('cleanup', [batch])}`,
});
