/** What `apply` would do with a plan right now, what blocks it, and how long it would take. Read-only. */
export { type AccountLook, type EarlierRuns, lookAtAccount } from './account-look';
export { jobLength } from './job-length';
export { type Preview, previewPlan } from './preview-plan';
export { previewText } from './preview-text';
export type { RunningBatch } from './running-batch';
export { type ServerLength, scheduleServers } from './schedule';
export { foundSources } from './server-preview';
export type { Warning } from './warning';
