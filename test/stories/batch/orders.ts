import type { Plan } from '../../../src/plan';
import { strayLook } from '../../../workflows/batch/looks/strays';
import {
  checkOrder,
  type OrderKind,
  type Orders,
  refuseTooLate,
  takeOrder,
} from '../../../workflows/batch/orders/orders';
import {
  beginPlanChange,
  isUnchanged,
  planChanges,
  refuseChanges,
  takePlan,
} from '../../../workflows/batch/orders/plan-change';
import { refusal } from '../../../workflows/batch/orders/refusal';
import { note } from '../../../workflows/batch/state';
import type { Process } from '../clock/clock';
import { type BatchHost, LookFailed } from './batch-host';
import { lookForStrays, lookUp } from './looks';

/** Throws what refuses it. */
export function giveOrder<K extends OrderKind>(host: BatchHost, kind: K, order: Orders[K]): void {
  checkOrder(host.batch, kind, order);
  const { index, state } = host.batch;
  const noted = kind === 'cancel' ? host.cancels : kind === 'cutOver' ? host.cutOvers : undefined;
  const { servers = kind === 'cutOver' ? Object.keys(state.servers) : [] } = order as {
    servers?: string[];
  };
  for (const name of servers)
    if (
      index.withWorkflow.has(name) &&
      (kind === 'cancel' || 'servers' in order || index.phaseOf(name) === 'synced')
    )
      noted?.set(name, index.record(name).round);
  noteSaid(host, kind, order as Said);
  host.hear((batch, now) => {
    const answer = takeOrder(batch, kind, order, now);
    // A retry that is cancelled is none.
    if (kind === 'cancel')
      for (const name of [...host.retries.keys()])
        if (!('servers' in order) || servers.includes(name)) host.retries.delete(name);
    if (kind === 'retry') for (const name of answer.servers ?? []) host.retries.set(name, now);
  });
}

/** Throws what refuses it at once. */
export function changePlan(host: BatchHost, plan: Plan): void {
  const { batch } = host;
  refuseTooLate(batch);
  if (batch.state.planChange) throw refusal('another change is under way');
  refuseChanges(batch, plan);
  host.handlers++;
  host.process('plan change', changing(host, plan), () => {
    host.handlers--;
    host.hear(() => undefined);
  });
}

function* changing(host: BatchHost, plan: Plan): Process<void> {
  const { around } = host.near;
  while (host.batch.state.stage === 'surveying' || host.batch.state.planChange)
    yield { at: around.clock.now + 1_000 };
  const { batch } = host;
  const changes = planChanges(batch.state.plan, plan, batch.index);
  try {
    if (!isUnchanged(changes)) {
      const asked = beginPlanChange(batch, plan);
      try {
        const findings = asked.length > 0 ? yield* lookUp(host, plan, asked) : undefined;
        takePlan(batch, plan, findings, around.clock.now);
        forgetSaid(host, plan);
        if (findings) host.watch.afterLook(host, findings);
        around.count('plan changed');
        yield* lookForStrays(host, strayLook(batch));
      } finally {
        batch.state.planChange = undefined;
      }
    }
    note(batch.state, 'operator', 'changed the plan', around.clock.now);
  } catch (error) {
    if (!(error instanceof Error) || !isExpected(error)) throw error;
    around.count('plan change refused late');
  }
}

const isExpected = (error: Error) => error instanceof LookFailed || error.constructor.name === 'OrderRefused';

/** What any order may name. */
interface Said {
  waves?: string[];
  servers?: string[];
  wave?: string;
}

/** Written down beside the batch, so that the judge need not believe what the batch remembers. */
function noteSaid(host: BatchHost, kind: OrderKind, { waves, servers, wave }: Said): void {
  const { paused, approved } = host.said;
  if (kind === 'approve' && wave !== undefined) approved.add(wave);
  if (kind !== 'pause' && kind !== 'resume') return;
  const isPause = kind === 'pause';
  if (!waves && !servers) paused.batch = isPause;
  // To resume the batch resumes all of it.
  if (!waves && !servers && !isPause) for (const held of [paused.waves, paused.servers]) held.clear();
  for (const [held, names] of [
    [paused.waves, waves],
    [paused.servers, servers],
  ] as const)
    for (const name of names ?? []) {
      if (isPause) held.add(name);
      else held.delete(name);
    }
}

/** What has left the plan, and comes back, is new. */
function forgetSaid({ said: { paused, approved } }: BatchHost, { servers, waves }: Plan): void {
  const names = new Set(servers.map(({ name }) => name));
  const waveNames = new Set(waves.map(({ name }) => name));
  for (const name of paused.servers) if (!names.has(name)) paused.servers.delete(name);
  for (const said of [paused.waves, approved])
    for (const name of said) if (!waveNames.has(name)) said.delete(name);
}
