/** The workflows: deterministic code only. `batch` starts a `serverMigration` a server; `accountQuota` is shared. */
export { accountQuota } from './account-quota';
export { batch } from './batch';
export { serverMigration } from './server-migration';
