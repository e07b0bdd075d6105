/** The workflows: deterministic code only. `batch` starts a `serverMigration` for each server; the batches share `accountQuota`; `deliverNews` outlives its batch. */
export { batch } from './batch/workflow';
export { deliverNews } from './news/workflow';
export { accountQuota } from './quota/workflow';
export { serverMigration } from './server/workflow';
