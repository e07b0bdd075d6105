/**
 * Plan files: read them, and say what is wrong with them.
 *
 * @packageDocumentation
 */
export {
  type Account,
  formatProblems,
  type Plan,
  type PlannedServer,
  type PlanProblem,
  type PlanRead,
  type Policy,
  planJsonSchema,
  readPlan,
  type TimeWindow,
  type Wave,
  type Weekday,
} from '../plan';
export type { ReadPlanOptions } from '../plan/read-plan';
