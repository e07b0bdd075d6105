import type { UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import {
  approveUpdate,
  cancelUpdate,
  changePlanUpdate,
  cutOverUpdate,
  limitsUpdate,
  type OrderAnswer,
  pauseUpdate,
  planChangesQuery,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../contract/orders';
import { stopReason } from './gates';
import { needsName, retryServer } from './look-ups';
import { isUnchanged, planChanges } from './plan-changes';
import { quotaInForce } from './quota';
import { refusal } from './refusal';
import { type BatchRun, note } from './run';
import { withdrawWishes } from './send-wishes';
import { isEnded, migratedFrom } from './server-record';
import { refuseChanges, replacePlan } from './survey';

/** What the batch's workflow lends to the orders: its children can be told things by it alone. */
export interface OrderTools {
  cancelServer(name: string): void;
  cutOverServer(name: string): void;
}

/**
 * The operators' orders: each is validated first, answers in a sentence, and is recorded in the journal with who
 * gave it. An order never breaks running work, save for a cancel.
 */
export function takeOrders(run: BatchRun, tools: OrderTools): void {
  const { state } = run;
  const { gates } = state;

  on(run, pauseUpdate, {
    check: ({ servers, waves }) => known(run, servers, waves),
    carryOut: ({ servers, waves }) => {
      if (!servers && !waves) gates.paused.batch = true;
      for (const name of waves ?? []) addOnce(gates.paused.waves, name);
      for (const name of servers ?? []) addOnce(gates.paused.servers, name);
      return { done: `paused ${whatOf(servers, waves)}: nothing of it starts; what runs goes on` };
    },
  });

  on(run, resumeUpdate, {
    check: ({ servers, waves }) => known(run, servers, waves),
    carryOut: ({ servers, waves }) => {
      const { plan, servers: all } = run;
      if (servers || waves) {
        gates.paused.waves = gates.paused.waves.filter((name) => !waves?.includes(name));
        gates.paused.servers = gates.paused.servers.filter((name) => !servers?.includes(name));
        return { done: `resumed ${whatOf(servers, waves)}` };
      }
      gates.paused = { batch: false, waves: [], servers: [] };
      const stopped = stopReason(plan, all, gates);
      if (!stopped) return { done: 'resumed the batch' };
      // Resuming a stopped batch accepts the failures it has so far, of each wave and code that stopped it.
      gates.acceptedWaves = all.waves.filter(({ failing }) => failing > 0).map(({ name }) => name);
      gates.acceptedCodes = [...all.failedByCode.keys()];
      return { done: `resumed the batch although ${stopped.reason.split(':')[0]}` };
    },
  });

  on(run, cancelUpdate, {
    whileCancelled: true,
    check: ({ servers }) => {
      known(run, servers);
      for (const name of servers ?? []) mustBe(run, name, (phase) => !isEnded(phase), 'has ended already');
    },
    carryOut: ({ servers }) => {
      if (!servers) {
        state.cancelRequested = true;
        // Asked for once more: all are told anew.
        state.wishes = state.wishes.filter(({ kind }) => kind !== 'cancel');
        return { done: 'cancelling the batch: running jobs are stopped and deleted' };
      }
      for (const name of servers) {
        if (run.servers.phaseOf(name) !== 'waiting') tools.cancelServer(name);
        else run.servers.endByOrder(name, { phase: 'cancelled' }, Date.now());
      }
      return { done: `cancelling ${servers.length} servers`, servers };
    },
  });

  on(run, retryUpdate, {
    check: ({ servers }) => {
      known(run, servers);
      for (const name of servers ?? []) {
        mustBe(run, name, (phase) => phase === 'failed' || phase === 'cancelled', 'has not failed');
      }
      if (servers) return;
      const failed = failedOf(run);
      if (failed.length === 0) throw refusal('no server has failed');
      if (failed.every((name) => needsName(run, name)))
        throw refusal(`${failed.join(', ')}: migrated before, from another source server; ${retriedByName}`);
    },
    carryOut: ({ servers }) => {
      const names = servers ?? failedOf(run).filter((name) => !needsName(run, name));
      const left = servers ? [] : failedOf(run).filter((name) => needsName(run, name));
      for (const name of names) {
        withdrawWishes(run, name);
        retryServer(run, name, { isNamed: servers !== undefined });
      }
      const also =
        left.length > 0
          ? `; not ${left.join(', ')}, migrated before from another source server: ${retriedByName}`
          : '';
      return { done: `${names.length} servers wait again${also}`, servers: names };
    },
  });

  on(run, skipUpdate, {
    check: ({ servers }) => {
      known(run, servers);
      for (const name of servers) {
        mustBe(
          run,
          name,
          (phase) => phase === 'waiting' || phase === 'failed' || phase === 'cancelled',
          'is under way: cancel it instead',
        );
      }
    },
    carryOut: ({ servers, by }) => {
      for (const name of servers) {
        const { sourceId, image: imageId } = migratedFrom(state.records[name]) ?? {};
        const why = imageId ? `: migrated${sourceId ? ` from source server ${sourceId}` : ''} before` : '';
        run.servers.endByOrder(
          name,
          { phase: 'skipped', note: `skipped by ${by}${why}`, imageId },
          Date.now(),
        );
      }
      return { done: `skipped ${servers.length} servers`, servers };
    },
  });

  on(run, approveUpdate, {
    check: ({ wave }) => {
      known(run, undefined, [wave]);
      const planned = run.plan.waves.find(({ name }) => name === wave);
      if (planned?.after !== 'approval') throw refusal(`wave '${wave}' needs no approval`);
      if (gates.approvedWaves.includes(wave)) throw refusal(`wave '${wave}' has been approved already`);
    },
    carryOut: ({ wave }) => {
      gates.approvedWaves.push(wave);
      return { done: `approved wave '${wave}'` };
    },
  });

  on(run, limitsUpdate, {
    check: ({ maxConcurrent, jobsQuota, runningQuota }) => {
      const quota = quotaInForce(run);
      for (const limit of [maxConcurrent, jobsQuota, runningQuota]) {
        if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1))
          throw refusal('a limit is a whole number of at least 1');
      }
      const [jobs, running] = [jobsQuota ?? quota.jobs, runningQuota ?? quota.running];
      if (running > jobs)
        throw refusal(`more running jobs (${running}) than existing ones (${jobs}) make no sense`);
    },
    carryOut: ({ maxConcurrent, jobsQuota, runningQuota, priority }) => {
      const { policy, account } = run.plan;
      policy.maxConcurrent = maxConcurrent ?? policy.maxConcurrent;
      policy.priority = priority ?? policy.priority;
      if (jobsQuota !== undefined || runningQuota !== undefined) {
        const { jobs, running } = quotaInForce(run);
        account.quota = { jobs: jobsQuota ?? jobs, running: runningQuota ?? running };
        state.quotaChangedAt = Date.now();
      }
      run.limitsChanged = true;
      const { jobs, running } = quotaInForce(run);
      return {
        done: `at most ${policy.maxConcurrent} servers at once, quota ${jobs} jobs and ${running} running, priority ${policy.priority}; running jobs go on`,
      };
    },
  });

  on(run, cutOverUpdate, {
    check: ({ servers }) => {
      known(run, servers);
      for (const name of servers ?? []) {
        if (run.servers.server(name).job.runOnce !== false)
          throw refusal(`server '${name}' is not migrated incrementally`);
        mustBe(run, name, (phase) => phase !== 'waiting' && !isEnded(phase), 'is not under way');
      }
      if (!servers && syncedOf(run).length === 0) throw refusal('no server waits for its cut-over');
    },
    carryOut: ({ servers = syncedOf(run) }) => {
      for (const name of servers) tools.cutOverServer(name);
      return { done: `cutting ${servers.length} servers over: last sync, final image`, servers };
    },
  });

  setHandler(planChangesQuery, (next) => planChanges(run.plan, next, run.servers));
  on(run, changePlanUpdate, {
    check: ({ plan }) => {
      if (run.changing) throw refusal('another change of the plan is under way: apply it again in a moment');
      refuseChanges(run, plan);
    },
    carryOut: async ({ plan }) => {
      const changes = planChanges(run.plan, plan, run.servers);
      if (isUnchanged(changes)) return { done: 'the plan is as it was' };
      await replacePlan(run, plan);
      const { added, removed, changed, settings } = changes;
      return {
        done: `changed the plan: ${added.length} servers added, ${removed.length} removed, ${changed.length} changed${settings.length > 0 ? `, ${settings.join(', ')} changed` : ''}`,
      };
    },
  });
}

function on<A extends { by: string }>(
  run: BatchRun,
  update: UpdateDefinition<OrderAnswer, [A]>,
  {
    check,
    carryOut,
    whileCancelled = false,
  }: {
    check: (order: A) => void;
    carryOut: (order: A) => OrderAnswer | Promise<OrderAnswer>;
    whileCancelled?: boolean;
  },
): void {
  const options = {
    validator: (order: A) => {
      if (run.state.cancelRequested && !whileCancelled) throw refusal('the batch is being cancelled');
      if (run.isEnding || run.status === 'ended') throw refusal('the batch has ended: apply its plan again');
      check(order);
    },
  };
  setHandler(
    update,
    async (order: A) => {
      const answer = await carryOut(order);
      note(run.state, order.by, answer.done);
      run.changed = true;
      return answer;
    },
    options,
  );
}

function known(run: BatchRun, servers: string[] = [], waves: string[] = []): void {
  const noServer = servers.filter((name) => !run.servers.has(name));
  if (noServer.length > 0)
    throw refusal(`the batch has no server ${some(noServer.map((name) => `'${name}'`))}`);
  const names = run.plan.waves.map(({ name }) => name);
  const noWave = waves.filter((name) => !names.includes(name));
  if (noWave.length > 0)
    throw refusal(
      `the batch has no wave ${noWave.map((name) => `'${name}'`).join(', ')}: it has ${names.join(', ')}`,
    );
}

function mustBe(
  run: BatchRun,
  name: string,
  fits: (phase: ReturnType<BatchRun['servers']['phaseOf']>) => boolean,
  problem: string,
): void {
  const phase = run.servers.phaseOf(name);
  if (!fits(phase)) throw refusal(`server '${name}' is ${phase}: it ${problem}`);
}

const retriedByName = 'retry it by its name to migrate it again';

const failedOf = ({ plan, servers }: BatchRun) =>
  plan.servers.map(({ name }) => name).filter((name) => servers.phaseOf(name) === 'failed');
const syncedOf = ({ plan, servers }: BatchRun) =>
  plan.servers.map(({ name }) => name).filter((name) => servers.phaseOf(name) === 'synced');

const whatOf = (servers?: string[], waves?: string[]) =>
  some([...(waves ?? []).map((name) => `wave '${name}'`), ...(servers ?? [])]) || 'the batch';

/** An order may name ten thousand. */
function some(names: string[], most = 20): string {
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}

function addOnce(list: string[], name: string): void {
  if (!list.includes(name)) list.push(name);
}
