import type { ServerExplanation } from '../../contract/views';
import { restartGatesOf } from '../deal-slots';
import { serverGate, waveGate } from '../gates/gates';
import { isEnded } from '../servers/server-record';
import { type Batch, isLookedUpFirst } from '../state';
import { accountTrouble } from '../telling/account-trouble';
import { estimatedEndOfWaiting } from './estimate';
import { nextForServer } from './next-order';
import { placeOf, serverView } from './server-view';
import { slotReason, sourceIsLookedUp } from './waiting-reason';

/** Why a server is where it is, its place in the queue, and what can be done. */
export function explainServer(batch: Batch, name: string, now: number): ServerExplanation {
  const explained = explainPhase(batch, name, now);
  if (isEnded(explained.phase)) return explained;
  return { ...explained, accountTrouble: accountTrouble(batch.state.account) };
}

function explainPhase(batch: Batch, name: string, now: number): ServerExplanation {
  const { state, index } = batch;
  const { plan, stage } = state;
  const record = index.record(name);
  const view = serverView(batch, name, now);
  const { phase, error } = view;
  const next = nextForServer(batch, name, now);
  switch (phase) {
    case 'waiting': {
      const surveys = stage === 'surveying';
      const gate = surveys ? undefined : waveGate(plan, index, state.gates, index.waveIndexOf(name), now);
      const lookUpReason = surveys
        ? 'the source servers are being looked up'
        : state.planChange?.touched.has(name)
          ? 'a changed plan is being looked up'
          : isLookedUpFirst(batch, name)
            ? sourceIsLookedUp
            : undefined;
      const own = serverGate(index, state.gates, name, now);
      const closed = lookUpReason ?? gate?.reason ?? own?.reason;
      const isTimed = closed !== undefined && closed === own?.reason && own.kind === 'startTime';
      return {
        ...view,
        why: closed ?? slotReason(batch, now) ?? itsTurn,
        place: placeOf(batch, name),
        nextStartAt: own?.kind === 'startTime' ? own.until : undefined,
        // Nobody knows when another gate opens.
        estimatedEnd: closed && !isTimed ? undefined : estimatedEndOfWaiting(batch, name, now),
        next,
      };
    }
    case 'queued': {
      const gate = restartGatesOf(batch, now)(name);
      const what = record.phase === 'queued' && record.isCutOver ? 'its last sync' : 'its job';
      return {
        ...view,
        why: `${what} waits to be ${view.jobId ? 'started' : 'created'}: ${gate?.reason ?? slotReason(batch, now, !view.jobId) ?? itsTurn}`,
        place: [...index.queued].indexOf(name) + 1,
        next,
      };
    }
    case 'recovering': {
      return {
        ...view,
        why: error
          ? `${error.code}: ${error.message}; it will be started again`
          : 'its job broke and will be started again',
        next: view.nextStartAt === undefined ? error?.remedy : undefined,
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
        why: `its incremental job has been synced and waits for its cut-over${untilWhen(record.validUntil)}`,
        next,
      };
    case 'finishing':
      return { ...view, why: 'its job has ended and is being cleaned up' };
    case 'failed':
      return {
        ...view,
        why: error ? `${error.code}: ${error.message}` : 'it failed',
        next,
      };
    case 'cancelled':
      return { ...view, why: 'it was cancelled', next };
    case 'skipped':
      return { ...view, why: view.note ?? 'it was skipped' };
    case 'migrated':
      return { ...view, why: view.note ?? (view.earlier ? migratedBefore : 'it has been migrated') };
  }
}

const itsTurn = 'its turn has come';
const migratedBefore = 'an earlier run of the batch has migrated it';

/** Told when it is near. */
const untilWhen = (at: number | undefined) =>
  at === undefined ? '' : `; SMC lets it live until ${new Date(at).toISOString()}, and no longer`;
