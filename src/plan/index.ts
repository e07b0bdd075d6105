/** The plan file: its schema, its readers, which keep the place of everything, and the plan they make of it. */
export { type FormatOptions, formatProblemLine, formatProblems } from './format-problems';
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
export { type PlanProblem, type PlanProblemCode, planProblemCodes } from './problem';
export { type PlanRead, type ReadPlanOptions, readPlan } from './read-plan';
export { reservedTags } from './rules/settings-rules';
export { planJsonSchema } from './schema/json-schema';
export { type StarterPlanOptions, starterPlan } from './starter-plan';
