import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { Plan } from '../../src/plan';
import { figuresQuery } from '../contract/figures/figures';
import {
  approveUpdate,
  cancelUpdate,
  changePlanUpdate,
  cutOverUpdate,
  limitsUpdate,
  type OrderAnswer,
  orderTrialQuery,
  pauseUpdate,
  planChangesQuery,
  resumeUpdate,
  retryUpdate,
  skipUpdate,
} from '../contract/orders';
import { leaseAsked, leaseGranted } from '../contract/quota-messages';
import { accountReported, serverReported } from '../contract/server-messages';
import {
  type Asked,
  explainQuery,
  journalQuery,
  leftPlanQuery,
  namesQuery,
  progressQuery,
  serversQuery,
} from '../contract/views';
import { lookUp, unknownTimeZones } from './activities';
import { type BatchRun, hear, lookForStrays } from './carry-out';
import { releasedHold, takeAsk, takeLease } from './lease';
import { strayLook } from './looks/strays';
import { checkOrder, type OrderKind, type Orders, refuseTooLate, takeOrder } from './orders/orders';
import {
  beginPlanChange,
  changeAnswer,
  isUnchanged,
  planChanges,
  refuseChanges,
  takePlan,
} from './orders/plan-change';
import { OrderRefused, refusal } from './orders/refusal';
import { tryOrder } from './orders/try-order';
import { note } from './state';
import { takeReport } from './take-report';
import { takeAccountReport } from './telling/account-trouble';
import { explainServer } from './views/explain';
import { batchFigures } from './views/figures';
import { batchProgress } from './views/progress';
import { serversPage } from './views/server-view';

/** Sets the handlers for messages of servers and of the account's quota, for orders and for queries. */
export function listen(run: BatchRun): void {
  const { batch } = run;
  const { state } = batch;
  setHandler(serverReported, (report) => hear(run, (_, now) => takeReport(batch, report, now)));
  setHandler(accountReported, (news) => hear(run, (_, now) => takeAccountReport(state.account, news, now)));
  setHandler(leaseGranted, (lease) =>
    hear(run, (_, now) => {
      const { holding, grows } = takeLease(state.holding, lease, state.firstRunId);
      state.holding = holding;
      if (grows) state.hold = releasedHold(state.hold, now);
    }),
  );
  setHandler(leaseAsked, ({ quotaRunId }) =>
    hear(run, () => {
      state.holding = takeAsk(state.holding, quotaRunId);
    }),
  );
  answer(run);
  takeOrders(run);
}

function answer({ batch }: BatchRun): void {
  const { state } = batch;
  setHandler(progressQuery, (asked) => batchProgress(batch, timeOf(asked)));
  setHandler(figuresQuery, (asked) => batchFigures(batch, timeOf(asked)));
  setHandler(journalQuery, () => state.journal);
  setHandler(leftPlanQuery, () => state.leftPlan);
  setHandler(namesQuery, () => ({
    waves: state.plan.waves.map(({ name }) => name),
    servers: state.plan.servers.map(({ name }) => name),
  }));
  setHandler(serversQuery, ({ at, ...page }) => serversPage(batch, page, timeOf({ at })));
  setHandler(explainQuery, ({ server, ...asked }) => {
    if (!batch.index.has(server)) throw new Error(`the batch has no server '${server}'`);
    return explainServer(batch, server, timeOf(asked));
  });
  setHandler(orderTrialQuery, ({ kind, order }) => tryOrder(batch, kind, order, Date.now()));
  setHandler(planChangesQuery, (next) => planChanges(state.plan, next, batch.index));
}

/** The time of a query: a workflow's own clock stands still between two events. */
const timeOf = (asked?: Asked) => Math.max(Date.now(), asked?.at ?? 0);

function takeOrders(run: BatchRun): void {
  const { batch } = run;
  const on = <K extends OrderKind>(kind: K, update: UpdateDefinition<OrderAnswer, [Orders[K]]>) =>
    setHandler(
      update,
      (order: Orders[K]) => {
        run.mustDecide = true;
        run.hasOrder = true;
        return refusing(() => takeOrder(batch, kind, order, Date.now()));
      },
      { validator: (order: Orders[K]) => refusing(() => checkOrder(batch, kind, order)) },
    );
  on('pause', pauseUpdate);
  on('resume', resumeUpdate);
  on('cancel', cancelUpdate);
  on('retry', retryUpdate);
  on('skip', skipUpdate);
  on('approve', approveUpdate);
  on('setLimits', limitsUpdate);
  on('cutOver', cutOverUpdate);
  // A cancel meanwhile does not end the change: the look-up has ended then, and its results are in the state.
  const change = ({ plan, by }: { plan: Plan; by: string }) =>
    CancellationScope.nonCancellable(() => changePlan(run, plan, by));
  setHandler(changePlanUpdate, change, {
    validator: ({ plan }) =>
      refusing(() => {
        refuseTooLate(batch);
        if (batch.state.planChange)
          throw refusal('another change of the plan is under way: apply it again in a moment');
        refuseChanges(batch, plan);
      }),
  });
}

/**
 * Changes the plan. Servers that are new, or have another source, are looked up before it takes effect. No server that it changes
 * starts meanwhile.
 */
async function changePlan(run: BatchRun, plan: Plan, by: string): Promise<OrderAnswer> {
  const { batch } = run;
  const { state } = batch;
  const mustWait = () => state.stage === 'surveying' || state.planChange !== undefined;
  while (mustWait()) await condition(() => !mustWait());
  const changes = planChanges(state.plan, plan, batch.index);
  if (!isUnchanged(changes)) {
    const asked = refusing(() => beginPlanChange(batch, plan));
    try {
      const unknown = await unknownTimeZones(plan);
      if (unknown) refusing(() => refuse(unknown));
      const findings = asked.length > 0 ? await lookUp(plan, asked) : undefined;
      refusing(() => takePlan(batch, plan, findings, Date.now()));
      await lookForStrays(run, strayLook(batch));
    } finally {
      state.planChange = undefined;
      run.mustDecide = true;
      run.hasOrder = true;
    }
  }
  const done = changeAnswer(changes);
  note(state, by, done, Date.now());
  run.mustDecide = true;
  run.hasOrder = true;
  return { done };
}

function refuse(why: string): never {
  throw refusal(why);
}

/** Turns the refusal of an order into the failure that crosses Temporal. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OrderRefused) throw ApplicationFailure.nonRetryable(error.message, 'OrderRefused');
    throw error;
  }
}
