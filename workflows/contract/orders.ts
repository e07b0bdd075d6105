import type { Plan } from '../../src/plan';
import { defineQuery, defineUpdate } from './define';

/** Who gives an order: shown in the journal. */
export interface Order {
  by: string;
}

/** Which servers an order is for: all it can be for when absent. */
export type ServersOrder = Order & { servers?: string[] };

/** For the whole batch when neither is given. */
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

export const pauseUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('pause');

export const resumeUpdate = defineUpdate<OrderAnswer, [PauseOrder]>('resume');

export const cancelUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cancel');

export const retryUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('retry');

export const skipUpdate = defineUpdate<OrderAnswer, [Order & { servers: string[] }]>('skip');

export const approveUpdate = defineUpdate<OrderAnswer, [Order & { wave: string }]>('approve');

export const limitsUpdate = defineUpdate<OrderAnswer, [LimitsOrder]>('setLimits');

export const cutOverUpdate = defineUpdate<OrderAnswer, [ServersOrder]>('cutOver');

/** A changed plan of a running batch: what it would change, and the change itself. */
export const planChangesQuery = defineQuery<PlanChanges, [Plan]>('planChanges');

export const changePlanUpdate = defineUpdate<OrderAnswer, [Order & { plan: Plan }]>('changePlan');

export interface PlanChanges {
  added: string[];
  removed: string[];
  changed: string[];
  /** Names of settings of the batch itself. */
  settings: string[];
  /** What cannot change under way, each with why. */
  refused: string[];
  /** What of it has no effect any more, or not yet, each with why. */
  notes: string[];
}
