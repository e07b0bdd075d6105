import { nearestName } from '../../../src/text';
import type { LimitsOrder, Order, OrderAnswer, PauseOrder, ServersOrder } from '../../contract/orders';
import type { ServerPhase } from '../../contract/views';
import { stopReason } from '../gates/gates';
import { withUrgent } from '../lease';
import { quotaInForce } from '../lease/lease-use';
import { hasWorkflow, isEnded, migratedFrom } from '../servers/server-record';
import { type Batch, endUntouched, note, sourceOf, waitAgain } from '../state';
import { wish, withdraw } from '../wishes';
import { refusal } from './refusal';

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
interface OrderRule<A> {
  check(batch: Batch, order: A): void;
  carryOut(batch: Batch, order: A, now: number): OrderAnswer;
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
  const answer = rules[kind].carryOut(batch, order, now);
  note(batch.state, order.by, answer.done, now);
  return answer;
}

const rules: { [K in OrderKind]: OrderRule<Orders[K]> } = {
  pause: {
    check: (batch, { servers, waves }) => known(batch, servers, waves),
    carryOut: ({ state: { gates } }, { servers, waves }) => {
      if (!servers && !waves) gates.paused.batch = true;
      for (const name of waves ?? []) addOnce(gates.paused.waves, name);
      for (const name of servers ?? []) addOnce(gates.paused.servers, name);
      return { done: `paused ${whatOf(servers, waves)}: nothing of it starts; what runs goes on` };
    },
  },

  resume: {
    check: (batch, { servers, waves }) => known(batch, servers, waves),
    carryOut: ({ state: { gates, plan }, index }, { servers, waves }) => {
      if (servers || waves) {
        gates.paused.waves = gates.paused.waves.filter((name) => !waves?.includes(name));
        gates.paused.servers = gates.paused.servers.filter((name) => !servers?.includes(name));
        return { done: `resumed ${whatOf(servers, waves)}` };
      }
      gates.paused = { batch: false, waves: [], servers: [] };
      const stopped = stopReason(plan, index, gates);
      if (!stopped) return { done: 'resumed the batch' };
      // Resuming a stopped batch accepts the failures it has so far, of each wave and code that stopped it.
      gates.acceptedWaves = index.waves.filter(({ failing }) => failing > 0).map(({ name }) => name);
      gates.acceptedCodes = [...index.failedByCode.keys()];
      return { done: `resumed the batch although ${stopped.reason.split(':')[0]}` };
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
        return { done: 'cancelling the batch: running jobs are stopped and deleted' };
      }
      for (const name of servers) {
        if (hasWorkflow(batch.index.record(name))) wish(batch, name, 'cancel', now);
        else endUntouched(batch, name, { phase: 'cancelled' }, now);
      }
      return { done: `cancelling ${servers.length} servers`, servers };
    },
  },

  retry: {
    check: (batch, { servers }) => {
      known(batch, servers);
      for (const name of servers ?? [])
        mustBe(batch, name, (phase) => phase === 'failed' || phase === 'cancelled', 'has not failed');
      if (servers) return;
      const failed = namesIn(batch, 'failed');
      if (failed.length === 0) throw refusal('no server has failed');
      if (failed.every((name) => isRetriedByName(batch, name)))
        throw refusal(`${some(failed)}: migrated before, from another source server; ${retriedByName}`);
    },
    carryOut: (batch, { servers }) => {
      const failed = servers ? [] : namesIn(batch, 'failed');
      const names = servers ? [...new Set(servers)] : failed.filter((name) => !isRetriedByName(batch, name));
      const left = failed.filter((name) => isRetriedByName(batch, name));
      for (const name of names) retryServer(batch, name, { isNamed: servers !== undefined });
      const also =
        left.length > 0
          ? `; not ${some(left)}, migrated before from another source server: ${retriedByName}`
          : '';
      return { done: `${names.length} servers wait again${also}`, servers: names };
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
          'is under way: cancel it instead',
        );
    },
    carryOut: (batch, { servers, by }, now) => {
      for (const name of servers) {
        const { sourceId, image: imageId } = migratedFrom(batch.index.record(name)) ?? {};
        const why = imageId ? `: migrated${sourceId ? ` from source server ${sourceId}` : ''} before` : '';
        endUntouched(batch, name, { phase: 'skipped', note: `skipped by ${by}${why}`, imageId }, now);
      }
      return { done: `skipped ${servers.length} servers`, servers };
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
    carryOut: ({ state }, { wave }) => {
      state.gates.approvedWaves.push(wave);
      return { done: `approved wave '${wave}'` };
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
      policy.maxConcurrent = maxConcurrent ?? policy.maxConcurrent;
      policy.priority = priority ?? policy.priority;
      if (jobsQuota !== undefined || runningQuota !== undefined) {
        const { jobs, running } = quotaInForce(batch);
        account.quota = { jobs: jobsQuota ?? jobs, running: runningQuota ?? running };
        state.quotaChangedAt = now;
      }
      state.holding = withUrgent(state.holding, { hasNewLimits: true });
      const { jobs, running } = quotaInForce(batch);
      return {
        done: `at most ${policy.maxConcurrent} servers at once, quota ${jobs} jobs and ${running} running, priority ${policy.priority}; running jobs go on`,
      };
    },
  },

  cutOver: {
    check: (batch, { servers }) => {
      known(batch, servers);
      for (const name of servers ?? []) {
        if (batch.index.planOf(name).job.runOnce !== false)
          throw refusal(`server '${name}' is not migrated incrementally`);
        mustBe(batch, name, (phase) => phase !== 'waiting' && !isEnded(phase), 'is not under way');
      }
      if (!servers && namesIn(batch, 'synced').length === 0)
        throw refusal('no server waits for its cut-over');
    },
    carryOut: (batch, { servers = namesIn(batch, 'synced') }, now) => {
      for (const name of servers) wish(batch, name, 'cutOver', now);
      return { done: `cutting ${servers.length} servers over: last sync, final image`, servers };
    },
  },
};

/** Failures whose cause may have changed since the last look-up. */
const codesOfLooks: ReadonlySet<string> = new Set([
  'SourceServer.NotFound',
  'SourceServer.Ambiguous',
  'SourceServer.Replaced',
  'ServerUnderWay',
]);

/**
 * Makes a server wait for its next round. Its source is looked up first when that was the cause of the failure, or when the plan
 * names another one now. An operator who names the server confirms a new source in place of the migrated one.
 */
function retryServer(batch: Batch, name: string, { isNamed }: { isNamed: boolean }): void {
  const { state, index } = batch;
  withdraw(state, name);
  const record = index.record(name);
  const sourceId = sourceOf(state, index.planOf(name));
  const code = record.phase === 'failed' ? record.error.code : '';
  const isKnown = sourceId !== undefined && record.sourceId === sourceId && !codesOfLooks.has(code);
  const isAgreed = isNamed && code === 'SourceServer.Replaced' && record.sourceId !== undefined;
  waitAgain(batch, name, {
    lookUp: isKnown ? undefined : isAgreed ? { confirmed: record.sourceId } : {},
  });
}

/** Whether a server was migrated from another source before: it is retried only by its name. */
function isRetriedByName({ index }: Batch, name: string): boolean {
  const record = index.record(name);
  return record.phase === 'failed' && record.error.code === 'SourceServer.Replaced';
}
const retriedByName = 'retry it by its name to migrate it again';

function known({ state, index }: Batch, servers: string[] = [], waves: string[] = []): void {
  const noServer = servers.filter((name) => !index.has(name));
  if (noServer.length > 0)
    throw refusal(
      `the batch has no server ${some(noServer.map((name) => `'${name}'`))}${nearestName(
        noServer[0]!,
        state.plan.servers.map(({ name }) => name),
      )}`,
    );
  const names = state.plan.waves.map(({ name }) => name);
  const noWave = waves.filter((name) => !names.includes(name));
  if (noWave.length > 0)
    throw refusal(
      `the batch has no wave ${noWave.map((name) => `'${name}'`).join(', ')}${nearestName(noWave[0]!, names)}: it has ${names.join(', ')}`,
    );
}

function mustBe(
  { index }: Batch,
  name: string,
  fits: (phase: ServerPhase) => boolean,
  problem: string,
): void {
  const phase = index.phaseOf(name);
  if (!fits(phase)) throw refusal(`server '${name}' is ${phase}: it ${problem}`);
}

const namesIn = ({ state, index }: Batch, phase: ServerPhase) =>
  state.plan.servers.map(({ name }) => name).filter((name) => index.phaseOf(name) === phase);

const whatOf = (servers?: string[], waves?: string[]) =>
  some([...(waves ?? []).map((name) => `wave '${name}'`), ...(servers ?? [])]) || 'the batch';

/** The first of these names, and the number of the others: an order may have ten thousand. */
function some(names: string[], most = 20): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

function addOnce(list: string[], name: string): void {
  if (!list.includes(name)) list.push(name);
}
