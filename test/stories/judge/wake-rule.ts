import { byName } from '../../../src/text';
import { decide } from '../../../workflows/batch/decide';
import { type Batch, type BatchState, batchOf } from '../../../workflows/batch/state';
import type { Random } from '../clock/random';
import { must } from './violation';

const day = 86_400_000;

/**
 * Until the time at which a batch wants to look again nothing would happen by itself: the same decision on a copy, made a
 * while later, does nothing.
 */
export function judgeWake(batch: Batch, now: number, wakeAt: number | undefined, random: Random): void {
  if (wakeAt !== undefined && wakeAt <= now) return;
  const copy = batchOf(copyOf(batch.state));
  copy.demand = batch.demand;
  const answeredAt = wakeAfterEndCheck(batch, now);
  const next = Math.min(wakeAt ?? Number.POSITIVE_INFINITY, answeredAt ?? Number.POSITIVE_INFINITY);
  const most = Math.min(day, next - 1 - now);
  const at = now + (random.chance(0.3) ? 0 : Math.floor(random.unit() ** 3 * Math.max(0, most)));
  const phases = () => JSON.stringify(Object.values(copy.state.servers).map(({ phase }) => phase));
  const before = phases();
  const { wishes, report, surveys, lookUp, strays, endCheck, news, status } = decide(copy, at);
  const done = [
    ...wishes.map(({ kind, server }) => `${kind} ${server}`),
    ...(report ? [`report ${JSON.stringify(report)}`] : []),
    ...(surveys ? ['survey'] : []),
    ...(lookUp ? ['look-up'] : []),
    ...(strays ? ['stray look'] : []),
    ...(endCheck ? ['ask after'] : []),
    ...(news ? ['news'] : []),
    ...(status ? [`status ${status}`] : []),
    ...(phases() === before ? [] : [`phases ${before} -> ${phases()}`]),
  ];
  const wake = wakeAt === undefined ? 'not at all' : `in ${wakeAt - now} ms`;
  must(
    done.length === 0,
    at === now ? 'a decision settles' : 'a batch wakes in time',
    () => `it wakes ${wake}, and after ${at - now} ms would do: ${done.join(', ')}`,
  );
}

/**
 * The answer of a check of ends wakes a batch, too, and surely comes: when the batch then wants to look again, where all workflows
 * still run. Without it a check that is under way would seem to be a sleep of a day.
 */
function wakeAfterEndCheck(batch: Batch, now: number): number | undefined {
  if (!batch.state.endCheck.isAsking) return undefined;
  const answered = batchOf(copyOf(batch.state));
  answered.demand = batch.demand;
  const { everyMs, dueAt } = batch.state.endCheck;
  answered.state.endCheck = { everyMs, dueAt };
  return decide(answered, now).wakeAt;
}

/** To decide on it leaves the batch itself as it is. */
function copyOf(state: BatchState): BatchState {
  const { planChange, plan } = state;
  // A decision writes to neither of them.
  const copy = JSON.parse(JSON.stringify({ ...state, plan: undefined, planChange: undefined })) as BatchState;
  return { ...copy, plan, planChange, servers: byName(copy.servers), wishes: byName(copy.wishes) };
}
