import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { sourceState } from '../account/source-server';
import { ApiError, invalidJobStatus, invalidSourceState } from '../api-error';
import { startRun } from '../jobs/life-cycle';
import { namedJob } from './find';

const startable = ['Ready', 'Stopped', 'InError'] as const;

/** SMC: StartReplicationJob. A restarted job goes on where its transfer broke. */
export function startReplicationJob(account: SimulatedAccount, params: WireParams): object {
  const job = namedJob(account, params);
  if (!(startable as readonly string[]).includes(job.status)) throw invalidJobStatus(job.status, startable);
  const source = account.sources.get(job.sourceId);
  const state = source ? sourceState(source) : 'Deleting';
  if (state !== 'InUse') throw invalidSourceState(state, ['Available', 'InUse']);
  refuseAtRunningQuota(account);
  account.holdView(job);
  startRun(account, job, 'Manual');
  return {};
}

/** Refuses a start while the running quota is full. */
export function refuseAtRunningQuota(account: SimulatedAccount): void {
  const { runningQuota } = account.options;
  if (account.running < runningQuota) return;
  account.record.refusedStarts++;
  throw new ApiError(
    'QuotaExceeded.RunningReplicationJob',
    `The maximum number of running replication jobs (${runningQuota}) is exceeded.`,
  );
}
