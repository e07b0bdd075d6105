import { smcBatchCommand } from '../../src/text';
import type { Slots } from '../contract/slots';
import type { ServerExplanation, ServerView } from '../contract/views';
import { accountTrouble } from './account-trouble';
import { type Closed, type GateState, serverGate, waveGate } from './gates';
import { type BatchRun, isLookedUpFirst } from './run';
import { isEnded } from './server-record';
import { restartGatesOf, slotReason, sourceIsLookedUp } from './waiting-reason';

/** Why a server is where it is, its place in the queue, and what can be done. */
export function explainServer(run: BatchRun, name: string, cap: Slots, now: number): ServerExplanation {
  const explained = explainPhase(run, name, cap, now);
  if (isEnded(explained.phase)) return explained;
  return { ...explained, accountTrouble: accountTrouble(run.state.account) };
}

function explainPhase(run: BatchRun, name: string, cap: Slots, now: number): ServerExplanation {
  const { plan, servers, state, status } = run;
  const view = servers.view(name, state.measured);
  const { phase, error } = view;
  const batch = plan.name;
  // A batch that has ended takes no orders.
  const again =
    status === 'ended' ? smcBatchCommand('apply', ['PLAN']) : smcBatchCommand('retry', [batch, name]);
  switch (phase) {
    case 'waiting': {
      const surveys = status === 'surveying';
      const gate = surveys ? undefined : waveGate(plan, servers, state.gates, servers.waveIndexOf(name), now);
      const changing = surveys
        ? 'the source servers are being looked up'
        : run.changing?.has(name)
          ? 'a changed plan is being looked up'
          : isLookedUpFirst(run, name)
            ? sourceIsLookedUp
            : undefined;
      const own = serverGate(servers, state.gates, name, now);
      const closed = changing ?? gate?.reason ?? own?.reason;
      const isTimed = closed !== undefined && closed === own?.reason && own.kind === 'startTime';
      return {
        ...view,
        why: closed ?? slotReason(run, cap, now) ?? itsTurn,
        place: servers.placeOf(name),
        nextStartAt: own?.kind === 'startTime' ? own.until : undefined,
        // Nobody knows when another gate opens.
        estimatedEnd:
          closed && !isTimed
            ? undefined
            : servers.estimatedEndOfWaiting(name, state.measured, cap.running, now),
        next: openingOrder(batch, view, gate, state.gates),
      };
    }
    case 'queued': {
      const gate = restartGatesOf(run, now)(name);
      const record = servers.records[name];
      const what = record?.phase === 'queued' && record.isCutOver ? 'its last sync' : 'its job';
      return {
        ...view,
        why: `${what} waits to be ${view.jobId ? 'started' : 'created'}: ${gate?.reason ?? slotReason(run, cap, now, !view.jobId) ?? itsTurn}`,
        place: [...servers.queued].indexOf(name) + 1,
        next: openingOrder(batch, view, gate, state.gates),
      };
    }
    case 'recovering': {
      const record = servers.records[name];
      const nextStartAt = (record?.phase === 'recovering' && record.nextStartAt) || 0;
      const isDue = nextStartAt <= now;
      return {
        ...view,
        why: error
          ? `${error.code}: ${error.message}; it will be started again`
          : 'its job broke and will be started again',
        // Later only the source, or a slot, keeps it from its start.
        nextStartAt: isDue ? undefined : nextStartAt,
        next: isDue ? error?.remedy : undefined,
      };
    }
    case 'migrating':
      return {
        ...view,
        why: 'its replication job is being created or runs',
      };
    case 'synced':
      return {
        ...view,
        why: `its incremental job has been synced and waits for its cut-over${untilWhen(servers.records[name]?.validUntil)}`,
        next: smcBatchCommand('cutover', [batch, name]),
      };
    case 'finishing':
      return { ...view, why: 'its job has ended and is being cleaned up' };
    case 'failed':
      return {
        ...view,
        why: error ? `${error.code}: ${error.message}` : 'it failed',
        next: again,
      };
    case 'cancelled':
      return { ...view, why: 'it was cancelled', next: again };
    case 'skipped':
      return { ...view, why: view.note ?? 'it was skipped' };
    case 'migrated':
      return { ...view, why: view.note ?? 'it has been migrated' };
  }
}

const itsTurn = 'its turn has come';

/** Told when it is near. */
const untilWhen = (at: number | undefined) =>
  at === undefined ? '' : `; SMC lets it live until ${new Date(at).toISOString()}, and no longer`;

/** What to type so that a server may start which an operator, or a gate that asks for one, holds back. */
function openingOrder(
  batch: string,
  { server, wave }: ServerView,
  gate: Closed | undefined,
  { paused }: GateState,
): string | undefined {
  if (gate?.kind === 'approval') return smcBatchCommand('approve', [batch, wave]);
  if (paused.batch) return smcBatchCommand('resume', [batch]);
  if (paused.waves.includes(wave)) return smcBatchCommand('resume', [batch], { wave });
  if (paused.servers.includes(server)) return smcBatchCommand('resume', [batch, server]);
  return undefined;
}
