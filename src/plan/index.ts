/** The plan file: its schema, its readers, which keep the place of everything, and the plan they make of it. */
export { formatProblemLine, formatProblems } from './format-problems';
export type {
  Account,
  Plan,
  PlannedServer,
  Policy,
  TimeWindow,
  Wave,
  Weekday,
} from './plan';
export { settingsForSmc, startTimeOf } from './plan';
export type { PlanProblem } from './problem';
export { type PlanRead, readPlan } from './read-plan';
export { planJsonSchema } from './schema/json-schema';
export { starterPlan } from './starter-plan';
