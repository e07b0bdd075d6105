import type { Plan } from '../../src/plan';
import { smcFailureOf } from '../contract/failure';
import type { PlanOfActionAnswer } from '../contract/plan-of-action';
import { lookUp } from './activities';
import { planOfAction as decided } from './looks/plan-of-action';

/**
 * What `apply` would do with a plan right now, by a worker of the batch's queue: it has the credentials of the account, which
 * who applies may not have. It reads, and changes nothing.
 */
export async function planOfAction({ plan }: { plan: Plan }): Promise<PlanOfActionAnswer> {
  try {
    return { known: decided(plan, await lookUp(plan, plan.servers), Date.now()) };
  } catch (error) {
    return { trouble: smcFailureOf(error) };
  }
}
