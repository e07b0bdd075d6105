import { ActivityFailure, ApplicationFailure, CancellationScope } from '@temporalio/workflow';
import type { Plan } from '../src/plan';
import { batchCalls } from './batch-activities';
import type { BatchRun } from './batch-run';
import { BatchServers } from './batch-servers';
import { migratedNote } from './server-failure';

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
  const { running, migrated } = await batchCalls("servers of the batch's earlier lives").findEarlierServers({
    batch: plan.name,
  });
  const isRunning = new Set(running);
  const justMigrated = new Map(migrated.map(({ server, imageId }) => [server, imageId]));
  const endedAt = Date.now();
  for (const { name, sourceId, diskGiB, done, jobId, jobRuns, jobHasFinished, error } of surveyed) {
    if (sourceId) state.sourceIds[name] = sourceId;
    if (diskGiB !== undefined) state.diskGiB[name] = diskGiB;
    if (jobId) state.jobIds[name] = jobId;
    const base = { round: 0, endedAt, sourceId };
    if (isRunning.has(name)) {
      // Round 0: it takes the word of a workflow that we did not start.
      state.records[name] = { round: 0, startedAt: endedAt, sourceId, phase: 'migrating', jobId };
    } else if (error) {
      state.records[name] = { ...base, phase: 'failed', error };
    } else if (done && !(jobHasFinished && !justMigrated.has(name))) {
      state.records[name] = { ...base, phase: 'skipped', note: migratedNote(done), imageId: done.image };
    } else if (justMigrated.has(name)) {
      state.records[name] = {
        ...base,
        phase: 'skipped',
        note: migratedNote({ batch: plan.name }),
        imageId: justMigrated.get(name),
      };
    } else if (jobId) {
      // It takes its slots from the start: nobody else may have them. One that is done is left to be deleted.
      state.records[name] = { round: 0, sourceId, phase: 'waiting', jobId, jobRuns };
    }
  }
  for (const { name, sourceId } of plan.servers) if (sourceId) delete state.sourceIds[name];
  run.servers = new BatchServers(plan, state.records, state.diskGiB);
}

/** Servers that are new are looked up before the plan takes effect; those that are gone leave nothing behind. */
export async function replacePlan(run: BatchRun, next: Plan): Promise<void> {
  const { state } = run;
  const added = new Set(next.servers.map(({ name }) => name).filter((name) => !run.servers.has(name)));
  await CancellationScope.nonCancellable(() => survey(run, next, added));
  const kept = new Set(next.servers.map(({ name }) => name));
  for (const name of Object.keys(state.records)) if (!kept.has(name)) delete state.records[name];
  run.plan = next;
  run.servers = new BatchServers(next, state.records, state.diskGiB);
  run.limitsChanged = true;
}
