/**
 * The workflows: deterministic code only. `planOfAction` tells what `batch` would do; `batch` starts a `serverMigration` for each
 * server; the batches share `accountQuota`; `deliverNews` outlives its batch.
 */
export { planOfAction } from './batch/plan-of-action';
export { batch } from './batch/workflow';
export { deliverNews } from './news/workflow';
export { accountQuota } from './quota/workflow';
export { serverMigration } from './server/workflow';
