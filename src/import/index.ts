/** An export of another tool's inventory becomes a plan: its rows are matched with the source servers of the account. */
export { importPlan } from './import-plan';
export { type MatchedRows, matchRows, nameOf, type Unmatched } from './match-rows';
export { type Match, sourceFinder } from './match-sources';
