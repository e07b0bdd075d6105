import { slotReason } from './batch-progress';
import type { BatchRun } from './batch-run';
import type { BatchServers } from './batch-servers';
import { type GateState, waveGate } from './gates';
import type { ServerExplanation, Slots } from './messages';

/** What stands between a server and its start, beside the gate of its wave. */
export function serverGate(servers: BatchServers, state: GateState, name: string): string | undefined {
  if (state.paused.servers.includes(name)) return `it is paused: smc-batch resume`;
  const { dependsOn = [], exclusive } = servers.server(name);
  const missing = dependsOn.filter((other) => !hasBeenMigrated(servers, other));
  if (missing.length > 0)
    return `it depends on ${missing.map((other) => `${other} (${servers.phaseOf(other)})`).join(', ')}`;
  if (exclusive && (servers.exclusiveUnderWay.get(exclusive) ?? 0) > 0)
    return `another server of its exclusive group '${exclusive}' is under way`;
  return undefined;
}

/** A dependency that is incremental counts once it has been synced. */
export const hasBeenMigrated = (servers: BatchServers, name: string) =>
  ['migrated', 'skipped', 'synced'].includes(servers.phaseOf(name));

/** Why a server is where it is, its place in the queue, and what can be done. */
export function explainServer(run: BatchRun, name: string, cap: Slots, now: number): ServerExplanation {
  const { plan, servers, state, status } = run;
  const view = servers.view(name, state.measured);
  const { phase, error } = view;
  const batch = plan.name;
  // A batch that has ended takes no orders.
  const again = status === 'ended' ? 'smc-batch apply, with its plan' : `smc-batch retry ${batch} ${name}`;
  switch (phase) {
    case 'waiting': {
      const index = plan.waves.findIndex(({ name: wave }) => wave === view.wave);
      const gate = waveGate(plan, servers, state.gates, index, now);
      const closed = gate?.reason ?? serverGate(servers, state.gates, name);
      return {
        ...view,
        why: closed ?? slotReason(run, cap),
        place: servers.placeOf(name),
        // Nobody knows when a gate opens.
        estimatedEnd: closed
          ? undefined
          : servers.estimatedEndOfWaiting(name, state.measured, cap.running, now),
        next: gate?.kind === 'approval' ? `smc-batch approve ${batch} ${view.wave}` : undefined,
      };
    }
    case 'queued':
      return {
        ...view,
        why: `its job waits for a running slot to be started again: ${slotReason(run, cap)}`,
        place: [...servers.queued].indexOf(name) + 1,
      };
    case 'recovering':
      return {
        ...view,
        why: error
          ? `${error.code}: ${error.message}; it will be started again`
          : 'its job broke and will be started again',
        next: error?.remedy,
      };
    case 'migrating':
      return {
        ...view,
        why: 'its replication job is being created or runs',
      };
    case 'synced':
      return {
        ...view,
        why: 'its incremental job has been synced and waits for its cut-over',
        next: `smc-batch cutover ${batch} ${name}`,
      };
    case 'finishing':
      return { ...view, why: 'its job has ended and is being cleaned up' };
    case 'failed':
      return {
        ...view,
        why: error ? `${error.code}: ${error.message}` : 'it failed',
        next: `${error?.remedy ?? ''} Then: ${again}`.trim(),
      };
    case 'cancelled':
      return { ...view, why: 'it was cancelled', next: again };
    case 'skipped':
      return { ...view, why: view.note ?? 'it was skipped' };
    case 'migrated':
      return { ...view, why: view.note ?? 'it has been migrated' };
  }
}
