/** The plan file: its schema, the readers that keep the place of each value, and the plan that they make of it. */
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
export { readYamlFile } from './read-yaml-file';
export { planJsonSchema } from './schema/json-schema';
export { starterPlan } from './starter-plan';
