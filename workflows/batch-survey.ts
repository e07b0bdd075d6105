import { ActivityFailure, ApplicationFailure, CancellationScope, patched } from '@temporalio/workflow';
import type { Plan, PlannedServer } from '../src/plan';
import { batchCalls } from './batch-activities';
import type { BatchRun, BatchState } from './batch-run';
import { BatchServers } from './batch-servers';
import { migratedNote } from './server-failure';
import { takeStock } from './stray-jobs';

/** Finds the sources; what is done already is skipped, what cannot be migrated at all is failed. */
export async function survey(run: BatchRun, plan: Plan, names?: ReadonlySet<string>): Promise<void> {
  const { state } = run;
  const asked = plan.servers
    .filter(({ name }) => !names || names.has(name))
    .map(({ name, sourceId, sourceName }) => ({ name, sourceId, sourceName }));
  if (asked.length === 0) return;
  const surveyed = await batchCalls(`${asked.length} servers`)
    .surveySourceServers({ batch: plan.name, servers: asked })
    .catch((error: unknown) => {
      throw error instanceof ActivityFailure && error.cause instanceof ApplicationFailure
        ? error.cause
        : error;
    });
  // Asked last: what ended while the account was read is in here.
  const earlier = await batchCalls("servers of the batch's earlier lives").findEarlierServers({
    batch: plan.name,
  });
  const isRunning = new Set(earlier.running);
  const justMigrated = new Map(earlier.migrated.map(({ server, imageId }) => [server, imageId]));
  const endedAt = Date.now();
  for (const { name, sourceId, diskGiB, done, jobId, jobRuns, jobHasFinished, error } of surveyed) {
    const { round = 0 } = state.records[name] ?? {};
    if (names) forget(state, name);
    if (sourceId) state.sourceIds[name] = sourceId;
    if (diskGiB !== undefined) state.diskGiB[name] = diskGiB;
    if (jobId) state.jobIds[name] = jobId;
    const base = { round, endedAt, sourceId };
    const earlierSource = earlier.sourceIds?.[name] ?? sourceId;
    const isSameSource = earlierSource === sourceId;
    const isJustMigrated = justMigrated.has(name) && isSameSource;
    if (isRunning.has(name) && !isSameSource && !error) {
      state.records[name] = { ...base, phase: 'failed', error: nameInUse(name, earlierSource) };
    } else if (isRunning.has(name)) {
      // Round 0: it takes the word of a workflow that we did not start.
      state.records[name] = { round: 0, startedAt: endedAt, sourceId, phase: 'migrating', jobId };
    } else if (error) {
      state.records[name] = { ...base, phase: 'failed', error };
    } else if (done && !(jobHasFinished && !isJustMigrated)) {
      state.records[name] = { ...base, phase: 'skipped', note: migratedNote(done), imageId: done.image };
    } else if (isJustMigrated) {
      state.records[name] = {
        ...base,
        phase: 'skipped',
        note: migratedNote({ batch: plan.name }),
        imageId: justMigrated.get(name),
      };
    } else if (jobId) {
      // It takes its slots from the start: nobody else may have them. One that is done is left to be deleted.
      state.records[name] = { round, sourceId, phase: 'waiting', jobId, jobRuns };
    } else if (round > 0) {
      state.records[name] = { round, sourceId, phase: 'waiting' };
    }
  }
  for (const { name, sourceId } of plan.servers) if (sourceId) delete state.sourceIds[name];
  run.servers = new BatchServers(plan, state.records, state.diskGiB, state.stock?.strays);
}

const nameInUse = (name: string, sourceId: string | undefined) => ({
  code: 'ServerUnderWay',
  message: `a workflow of this batch's earlier life still migrates source server ${sourceId} under the name '${name}'`,
  remedy: 'Wait for its end and retry the server, or give it another name in the plan.',
});

/** What was known of a server whose source was another one. */
function forget({ records, sourceIds, diskGiB, jobIds }: BatchState, name: string): void {
  for (const known of [records, sourceIds, diskGiB, jobIds]) delete known[name];
}

/**
 * Servers that are new, or have another source, are looked up before the plan takes effect; those that are gone leave
 * nothing behind but their jobs, which count on.
 */
export async function replacePlan(run: BatchRun, next: Plan): Promise<void> {
  const { state } = run;
  // Runs of before looked up the new ones alone.
  const takesCare = patched('looks-up-changed-sources');
  const sourceOf = ({ sourceId, sourceName }: PlannedServer) => sourceId ?? sourceName;
  const isMoved = (server: PlannedServer) =>
    takesCare && sourceOf(run.servers.server(server.name)) !== sourceOf(server);
  const asked = next.servers.filter((server) => !run.servers.has(server.name) || isMoved(server));
  run.replacingPlan = takesCare;
  try {
    await CancellationScope.nonCancellable(() => survey(run, next, new Set(asked.map(({ name }) => name))));
    const kept = new Set(next.servers.map(({ name }) => name));
    for (const name of Object.keys(state.records)) if (!kept.has(name)) delete state.records[name];
    run.plan = next;
    run.servers = new BatchServers(next, state.records, state.diskGiB, state.stock?.strays);
    run.limitsChanged = true;
    if (takesCare && state.stock) await CancellationScope.nonCancellable(() => takeStock(run));
  } finally {
    run.replacingPlan = false;
    run.changed = true;
  }
}
