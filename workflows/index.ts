/**
 * The workflows: deterministic code only. `planOfAction` tells what `batch` would do; `batch` starts a `serverMigration` for each
 * server; the batches share `accountQuota`; `deliverNews` outlives its batch, and so does `cleanupRecord`.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import { planOfAction } from './batch/plan-of-action';
import { batch } from './batch/workflow';
import { cleanupRecord } from './cleanup/workflow';
import { deliverNews } from './news/workflow';
import { accountQuota } from './quota/workflow';
import { serverMigration } from './server/workflow';

/** A versioned worker declares it in front of the bundle: Temporal takes no behaviour from an unversioned one. */
declare const isVersionedWorker: true | undefined;

// What a workflow does when another version of versioned workers becomes current (docs/upgrades.md).
if (typeof isVersionedWorker !== 'undefined') {
  // These stay on the version that has begun them, so a change of their code meets no history of before; a batch goes over with
  // its next run, and its servers that are under way end where they are.
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, planOfAction);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, batch);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, serverMigration);
  setWorkflowOptions({ versioningBehavior: 'PINNED' }, cleanupRecord);
  // These would keep an old version alive: the quota lives as long as any batch, and news as long as a webhook is away. A change of
  // their code must replay the histories of before.
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, accountQuota);
  setWorkflowOptions({ versioningBehavior: 'AUTO_UPGRADE' }, deliverNews);
}

export { accountQuota, batch, cleanupRecord, deliverNews, planOfAction, serverMigration };
