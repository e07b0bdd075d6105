/** The workflows: deterministic code only. `batch` starts a `serverMigration` a server; `accountQuota` is shared; `deliverNews` outlives its batch. */
export { batch } from './batch';
export { deliverNews } from './deliver-news';
export { accountQuota } from './quota/workflow';
export { serverMigration } from './server-migration';
