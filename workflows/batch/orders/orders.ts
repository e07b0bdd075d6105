import { counted, smcBatchCommand, verbOf } from '../../../src/text';
import type { LimitsOrder, Order, OrderAnswer, PauseOrder, ServersOrder } from '../../contract/orders';
import type { ServerPhase } from '../../contract/views';
import { stopReason } from '../gates/gates';
import { withUrgent } from '../lease';
import { quotaInForce } from '../lease/lease-use';
import { hasWorkflow, isEnded, migratedFrom } from '../servers/server-record';
import { type Batch, endUntouched, note } from '../state';
import { wish, withdraw } from '../wishes';
import { known, mustBe, namesIn } from './named-servers';
import {
  type Effect,
  effect,
  serversNamed,
  serversThat,
  some,
  startable,
  waitingOf,
  whatOf,
} from './order-texts';
import { refusal } from './refusal';
import { isRetriedByName, retriedByName, retryServer } from './retry';

/** The orders of operators, beside a change of the plan. */
export interface Orders {
  pause: PauseOrder;
  resume: PauseOrder;
  cancel: ServersOrder;
  retry: ServersOrder;
  skip: Order & { servers: string[] };
  approve: Order & { wave: string };
  setLimits: LimitsOrder;
  cutOver: ServersOrder;
}
export type OrderKind = keyof Orders;

/** `check` throws the refusal of an order, before anything changes; `carryOut` gives a sentence about what it did. */
export interface OrderRule<A> {
  check(batch: Batch, order: A): void;
  carryOut(batch: Batch, order: A, now: number): Effect;
}

/** Throws the refusal of an order that cannot be carried out. */
export function checkOrder<K extends OrderKind>(batch: Batch, kind: K, order: Orders[K]): void {
  refuseTooLate(batch, kind);
  rules[kind].check(batch, order);
}

/** Refuses any order to a batch that has ended or is being cancelled. */
export function refuseTooLate({ state }: Batch, kind?: OrderKind): void {
  if (state.cancelRequested && kind !== 'cancel') throw refusal('the batch is being cancelled');
  if (state.stage !== 'surveying' && state.stage !== 'running')
    throw refusal('the batch has ended: apply its plan again');
}

/**
 * Carries out an order that was checked, and writes it into the journal with the person's name. Only a cancel stops running jobs.
 */
export function takeOrder<K extends OrderKind>(
  batch: Batch,
  kind: K,
  order: Orders[K],
  now: number,
): OrderAnswer {
  const { would, ...answer } = rules[kind].carryOut(batch, order, now);
  note(batch.state, order.by, answer.done, now);
  return answer;
}

/** What each order is refused for, and what it does. */
export const rules: { [K in OrderKind]: OrderRule<Orders[K]> } = {
  pause: {
    check: (batch, { servers, waves }) => known(batch, servers, waves),
    carryOut: (batch, order) => {
      const { gates } = batch.state;
      const { servers, waves } = order;
      if (!servers && !waves) gates.paused.batch = true;
      for (const name of waves ?? []) addOnce(gates.paused.waves, name);
      for (const name of servers ?? []) addOnce(gates.paused.servers, name);
      const waiting = waitingOf(batch, order).length;
      return effect(
        ['pause', 'paused'],
        `${whatOf(servers, waves)}: nothing of it starts, ${serversThat(waiting, 'wait')}; what runs goes on`,
      );
    },
  },

  resume: {
    check: (batch, { servers, waves }) => known(batch, servers, waves),
    carryOut: (batch, order, now) => {
      const { state, index } = batch;
      const { gates, plan } = state;
      const { servers, waves } = order;
      const verb = ['resume', 'resumed'] as const;
      if (servers || waves) {
        gates.paused.waves = gates.paused.waves.filter((name) => !waves?.includes(name));
        gates.paused.servers = gates.paused.servers.filter((name) => !servers?.includes(name));
        return effect(verb, `${whatOf(servers, waves)}: ${startable(batch, order, now)}`);
      }
      gates.paused = { batch: false, waves: [], servers: [] };
      const stopped = stopReason(plan, index, gates);
      // Resuming a stopped batch accepts the failures it has so far, of each wave and code that stopped it.
      if (stopped) {
        gates.acceptedWaves = index.waves.filter(({ failing }) => failing > 0).map(({ name }) => name);
        gates.acceptedCodes = [...index.failedByCode.keys()];
      }
      const although = stopped ? ` although ${stopped.reason.split(':')[0]}` : '';
      return effect(verb, `the batch${although}: ${startable(batch, order, now)}`);
    },
  },

  cancel: {
    check: (batch, { servers }) => {
      known(batch, servers);
      for (const name of servers ?? []) mustBe(batch, name, (phase) => !isEnded(phase), 'has ended already');
    },
    carryOut: (batch, { servers }, now) => {
      const { state } = batch;
      if (!servers) {
        state.cancelRequested = true;
        // A repeated cancel is sent to all servers again.
        for (const name of batch.index.withWorkflow) withdraw(state, name, 'cancel');
        const { withWorkflow, counts } = batch.index;
        return effect(
          ['cancel', 'cancelling'],
          `the batch: ${serversThat(withWorkflow.size, 'are', 'is')} under way, running jobs are stopped and deleted; ${serversThat(counts.waiting, 'wait')} and will not start`,
        );
      }
      const atWork = servers.filter((name) => hasWorkflow(batch.index.record(name))).length;
      for (const name of servers) {
        if (hasWorkflow(batch.index.record(name))) wish(batch, name, 'cancel', now);
        else endUntouched(batch, name, { phase: 'cancelled' }, now);
      }
      return {
        ...effect(['cancel', 'cancelling'], `${serversNamed(servers)}${jobsThatEnd(servers.length, atWork)}`),
        servers,
      };
    },
  },

  retry: {
    check: (batch, { servers, agreed }) => {
      known(batch, servers);
      for (const name of servers ?? [])
        mustBe(batch, name, (phase) => phase === 'failed' || phase === 'cancelled', 'has not failed');
      if (servers) return;
      const failed = namesIn(batch, 'failed', agreed);
      if (failed.length === 0) throw refusal('no server has failed');
      if (failed.every((name) => isRetriedByName(batch, name)))
        throw refusal(`${some(failed)}: migrated before, from another source server; ${retriedByName}`);
    },
    carryOut: (batch, { servers, agreed }) => {
      const failed = servers ? [] : namesIn(batch, 'failed', agreed);
      const names = servers ? [...new Set(servers)] : failed.filter((name) => !isRetriedByName(batch, name));
      const left = failed.filter((name) => isRetriedByName(batch, name));
      for (const name of names) retryServer(batch, name, { isNamed: servers !== undefined });
      const also =
        left.length > 0
          ? `; not ${some(left)}, migrated before from another source server: ${retriedByName}`
          : '';
      return {
        would: `retry ${serversNamed(names)}${also}`,
        done: `${serversNamed(names)} ${verbOf(names.length, 'is', 'are')} tried again${also}`,
        servers: names,
      };
    },
  },

  skip: {
    check: (batch, { servers }) => {
      known(batch, servers);
      for (const name of servers)
        mustBe(
          batch,
          name,
          (phase) => phase === 'waiting' || phase === 'failed' || phase === 'cancelled',
          (phase) => notSkipped(batch, name, phase),
        );
    },
    carryOut: (batch, { servers, by }, now) => {
      for (const name of servers) {
        const { sourceId, image: imageId } = migratedFrom(batch.index.record(name)) ?? {};
        const why = imageId ? `: migrated${sourceId ? ` from source server ${sourceId}` : ''} before` : '';
        endUntouched(batch, name, { phase: 'skipped', note: `skipped by ${by}${why}`, imageId }, now);
      }
      const what = `${serversNamed(servers)}: left out, and counted as done`;
      return { ...effect(['skip', 'skipped'], what), servers };
    },
  },

  approve: {
    check: (batch, { wave }) => {
      known(batch, undefined, [wave]);
      const { plan, gates } = batch.state;
      const planned = plan.waves.find(({ name }) => name === wave);
      if (planned?.after !== 'approval') throw refusal(`wave '${wave}' needs no approval`);
      if (gates.approvedWaves.includes(wave)) throw refusal(`wave '${wave}' has been approved already`);
    },
    carryOut: (batch, { wave }, now) => {
      batch.state.gates.approvedWaves.push(wave);
      return effect(['approve', 'approved'], `wave '${wave}': ${startable(batch, { waves: [wave] }, now)}`);
    },
  },

  setLimits: {
    check: (batch, { maxConcurrent, jobsQuota, runningQuota }) => {
      const quota = quotaInForce(batch);
      for (const limit of [maxConcurrent, jobsQuota, runningQuota])
        if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
          throw refusal('a limit is a whole number of at least 1');
      const [jobs, running] = [jobsQuota ?? quota.jobs, runningQuota ?? quota.running];
      if (running > jobs)
        throw refusal(`more running jobs (${running}) than existing ones (${jobs}) make no sense`);
    },
    carryOut: (batch, { maxConcurrent, jobsQuota, runningQuota, priority }, now) => {
      const { state } = batch;
      const { policy, account } = state.plan;
      const before = limitsOf(batch);
      policy.maxConcurrent = maxConcurrent ?? policy.maxConcurrent;
      policy.priority = priority ?? policy.priority;
      if (jobsQuota !== undefined || runningQuota !== undefined) {
        const { jobs, running } = quotaInForce(batch);
        account.quota = { jobs: jobsQuota ?? jobs, running: runningQuota ?? running };
        state.quotaChangedAt = now;
      }
      state.holding = withUrgent(state.holding, { hasNewLimits: true });
      const after = limitsOf(batch);
      return {
        would: `${before === after ? 'leave the limits as they are' : 'change the limits'}: ${after}${before === after ? '' : ` (now ${before})`}; running jobs go on`,
        done: `${after}; running jobs go on`,
      };
    },
  },

  cutOver: {
    check: (batch, { servers, agreed }) => {
      known(batch, servers);
      for (const name of servers ?? []) {
        if (batch.index.planOf(name).job.runOnce !== false)
          throw refusal(`server '${name}' is not migrated incrementally`);
        mustBe(batch, name, (phase) => phase !== 'waiting' && !isEnded(phase), 'is not under way');
      }
      if (!servers && namesIn(batch, 'synced', agreed).length === 0)
        throw refusal('no server waits for its cut-over');
    },
    carryOut: (batch, { agreed, servers = namesIn(batch, 'synced', agreed) }, now) => {
      for (const name of servers) wish(batch, name, 'cutOver', now);
      return {
        would: `cut over ${serversNamed(servers)}: last sync, final image`,
        done: `cutting ${serversThat(servers.length)} over: last sync, final image`,
        servers,
      };
    },
  },
};

function limitsOf(batch: Batch): string {
  const { maxConcurrent, priority } = batch.state.plan.policy;
  const { jobs, running } = quotaInForce(batch);
  const own =
    maxConcurrent > running
      ? `, as the quota allows no more (the batch's own limit is ${maxConcurrent})`
      : '';
  return `at most ${serversThat(Math.min(maxConcurrent, running))} at once${own}, quota ${counted(jobs, 'job')} and ${running} running, priority ${priority}`;
}

/** What a cancel does to the jobs of those servers that are under way. */
function jobsThatEnd(named: number, atWork: number): string {
  if (atWork === 0) return '';
  if (named === 1) return ', which is under way: its job is stopped and deleted';
  return `; ${atWork} of them under way, ${atWork === 1 ? 'its job is' : 'their jobs are'} stopped and deleted`;
}

/** Why a server cannot be skipped. */
function notSkipped({ state }: Batch, name: string, phase: ServerPhase): string {
  if (phase === 'migrated') return 'has been migrated already: there is nothing to skip';
  if (phase === 'skipped') return 'has been skipped already';
  return `is under way (${phase}). To stop it: ${smcBatchCommand('cancel', [state.plan.name, name])}`;
}

function addOnce(list: string[], name: string): void {
  if (!list.includes(name)) list.push(name);
}
