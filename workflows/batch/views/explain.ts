import type { ServerExplanation, WaitingKind } from '../../contract/views';
import { serverGate } from '../gates/gates';
import { isEnded } from '../servers/server-record';
import type { Batch } from '../state';
import { accountTrouble } from '../telling/account-trouble';
import { estimatedEndOfWaiting } from './estimate';
import { nextForServer } from './next-order';
import { placeOf, serverView } from './server-view';
import { waitingReasons } from './waiting-reason';

/** Why a server is where it is, its place in the queue, and what can be done. */
export function explainServer(batch: Batch, name: string, now: number): ServerExplanation {
  const explained = explainPhase(batch, name, now);
  if (isEnded(explained.phase)) return explained;
  return { ...explained, accountTrouble: accountTrouble(batch.state.account) };
}

function explainPhase(batch: Batch, name: string, now: number): ServerExplanation {
  const { index } = batch;
  const record = index.record(name);
  const view = serverView(batch, name, now);
  const { phase, error } = view;
  const next = nextForServer(batch, name, now);
  switch (phase) {
    case 'waiting': {
      const { kind, reason, gate } = waitingReasons(batch, now)(name);
      const isTimed = gate?.kind === 'startTime';
      // Nobody knows when another gate opens.
      const isUnknown = !isTimed && (gate !== undefined || lookUps.has(kind));
      return {
        ...view,
        why: reason,
        whyCode: kind,
        place: placeOf(batch, name),
        nextStartAt: ownStartTime(batch, name, now),
        estimatedEnd: isUnknown ? undefined : estimatedEndOfWaiting(batch, name, now),
        next,
      };
    }
    case 'queued': {
      const { kind, reason } = waitingReasons(batch, now)(name);
      const what = record.phase === 'queued' && record.isCutOver ? 'its last sync' : 'its job';
      return {
        ...view,
        why: `${what} waits to be ${view.jobId ? 'started' : 'created'}: ${reason}`,
        whyCode: kind,
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

const lookUps: ReadonlySet<WaitingKind> = new Set(['survey', 'planChange', 'sourceLookUp']);

function ownStartTime({ state, index }: Batch, name: string, now: number): number | undefined {
  const own = serverGate(index, state.gates, name, now);
  return own?.kind === 'startTime' ? own.until : undefined;
}

const migratedBefore = 'an earlier run of the batch has migrated it';

/** Told when it is near. */
const untilWhen = (at: number | undefined) =>
  at === undefined ? '' : `; SMC lets it live until ${new Date(at).toISOString()}, and no longer`;
