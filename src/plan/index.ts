/** The plan file: its schema, the readers that keep the place of each value, and the plan that they make of it. */

export { type TableEncoding, tableEncodings } from './files/text-encoding';
export { formatProblemLine, formatProblems } from './format-problems';
export type { ImportRow } from './import-rows';
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
export { planBlock } from './plan-block';
export type { PlanProblem } from './problem';
export { type ImportRead, readImport } from './read-import';
export { type PlanRead, readPlan } from './read-plan';
export { readYamlFile } from './read-yaml-file';
export { hasInvisibleCharacter } from './rules/invisible-characters';
export { planJsonSchema } from './schema/json-schema';
export { starterPlan } from './starter-plan';
