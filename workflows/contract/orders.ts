import type { Plan } from '../../src/plan';
import { defineQuery, defineUpdate } from './define';

/** An order, and the person who gives it: the journal shows both. */
export interface Order {
  by: string;
}

/** An order for these servers; without names, for all that it fits. */
export type ServersOrder = Order & {
  servers?: string[];
  /** Whom the operator was told of, where the order names none: it is for no others. */
  agreed?: string[];
};

/** An order for these servers and waves; for the whole batch when neither is given. */
export type PauseOrder = ServersOrder & { waves?: string[] };

export interface LimitsOrder extends Order {
  maxConcurrent?: number;
  jobsQuota?: number;
  runningQuota?: number;
  priority?: number;
}

/** What an order did, in a sentence for the operator. */
export interface OrderAnswer {
  done: string;
  servers?: string[];
}

/** What an order would do, in a sentence that begins with its verb; or why it is refused. It changes nothing. */
export type OrderTrial = { would: string; servers?: string[] } | { refused: string };

/** `kind` is the name of the order's update. */
export const orderTrialQuery = defineQuery<OrderTrial, [{ kind: string; order: Order }]>('orderTrial');

export const pauseUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('pause');

export const resumeUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('resume');

export const cancelUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cancel');

export const retryUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('retry');

export const skipUpdate = defineUpdate<OrderAnswer, [Order & { servers: string[] }]>('skip');

export const approveUpdate = defineUpdate<OrderAnswer, [Order & { wave: string }]>('approve');

export const limitsUpdate = defineUpdate<OrderAnswer, [LimitsOrder]>('setLimits');

export const cutOverUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cutOver');

/** What a changed plan would change in a running batch. */
export const planChangesQuery = defineQuery<PlanChanges, [Plan]>('planChanges');

export const changePlanUpdate = defineUpdate<OrderAnswer, [Order & { plan: Plan }]>('changePlan');

export interface PlanChanges {
  added: string[];
  removed: string[];
  changed: string[];
  /** Names of settings of the batch itself. */
  settings: string[];
  /** Changes of servers that are under way, each with the reason why it is refused. */
  refused: string[];
  /** Changes that have no effect any more, or not yet, each with the reason. */
  notes: string[];
}
