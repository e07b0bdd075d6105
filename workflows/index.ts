/** The workflows: deterministic code only. `batch` starts a `serverMigration` a server; `accountQuota` is shared; `deliverNews` outlives its batch. */
export { accountQuota } from './account-quota';
export { batch } from './batch';
export { deliverNews } from './deliver-news';
export { serverMigration } from './server-migration';
