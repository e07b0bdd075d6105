import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { invalidJobStatus } from '../api-error';
import { beginDeletion } from '../jobs/life-cycle';
import { namedJob } from './find';

const deletable = ['Ready', 'Stopped', 'InError', 'Waiting', 'Finished', 'Expired'] as const;

/** SMC: DeleteReplicationJob is refused while the job runs; a deleted job stays `Deleting` for a while. */
export function deleteReplicationJob(account: SimulatedAccount, params: WireParams): object {
  const job = namedJob(account, params);
  if (!(deletable as readonly string[]).includes(job.status)) throw invalidJobStatus(job.status, deletable);
  account.holdView(job);
  beginDeletion(account, job);
  return {};
}
