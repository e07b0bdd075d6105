import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { ApiError, invalidJobStatus } from '../api-error';
import { breakRun } from '../jobs/life-cycle';
import { businessStatusAt } from '../jobs/run-plan';
import { namedJob } from './find';

/** SMC: StopReplicationJob is allowed only while the job syncs. */
export function stopReplicationJob(account: SimulatedAccount, params: WireParams): object {
  const job = namedJob(account, params);
  if (!job.run || job.status !== 'Running') throw invalidJobStatus(job.status, ['Running']);
  const businessStatus = businessStatusAt(job.run, account.time);
  if (businessStatus !== 'Syncing') {
    if (!account.options.newerFields)
      throw invalidJobStatus(`Running, ${businessStatus}`, ['Running, Syncing']);
    throw new ApiError(
      'ReplicationJob.InvalidBusinessStatus',
      `The specified replication job business status: ${businessStatus} is invalid. This operation can only be performed in the following status: Syncing.`,
    );
  }
  account.holdView(job);
  breakRun(account, job, { status: 'Stopped' });
  return {};
}
