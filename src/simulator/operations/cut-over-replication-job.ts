import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { sourceState } from '../account/source-server';
import { invalidJobStatus, invalidSourceState } from '../api-error';
import { finish, startRun } from '../jobs/life-cycle';
import { flag } from '../parameters/parameters';
import { namedJob } from './find';
import { refuseAtRunningQuota } from './start-replication-job';

/** SMC: CutOverReplicationJob ends an incremental job, with one last sync when `SyncData` is true. */
export function cutOverReplicationJob(account: SimulatedAccount, params: WireParams): object {
  const job = namedJob(account, params);
  const syncData = flag(params, 'SyncData') ?? false;
  if (job.status !== 'Waiting') throw invalidJobStatus(job.status, ['Waiting']);
  if (!syncData) {
    account.holdView(job);
    finish(account, job);
    return {};
  }
  const state = sourceState(account.sources.get(job.sourceId)!);
  if (state !== 'InUse') throw invalidSourceState(state, ['InUse']);
  refuseAtRunningQuota(account);
  account.holdView(job);
  startRun(account, job, 'Manual', true);
  return {};
}
