import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { ApiError, invalidSourceState } from '../api-error';
import { beginDeletion } from '../jobs/life-cycle';
import { flag } from '../parameters/parameters';
import { namedSource } from './find';

/** SMC: DeleteSourceServer is refused while the source's job runs; with `Force` it deletes a job that does not run, too. */
export function deleteSourceServer(account: SimulatedAccount, params: WireParams): object {
  const source = namedSource(account, params);
  const force = flag(params, 'Force') ?? false;
  if (source.deleting) throw invalidSourceState('Deleting', ['Available', 'InUse', 'Unavailable']);
  const jobs = [...(account.jobsOfSource.get(source.sourceId) ?? [])]
    .flatMap((jobId) => account.jobs.get(jobId) ?? [])
    .filter((job) => job.status !== 'Deleting');
  const jobIds = jobs.map((job) => job.jobId).join(', ');
  if (jobs.some((job) => job.status === 'Running'))
    throw new ApiError(
      'SourceServer.WithRunningReplicationJob',
      `The source server has a running replication job: ${jobIds}.`,
    );
  if (jobs.length > 0 && !force)
    throw new ApiError('ReplicationJob.Related', `The source server has replication jobs: ${jobIds}.`);
  for (const job of jobs) beginDeletion(account, job);
  source.deleting = true;
  account.schedule(source, 'gone', account.time + account.options.deletingSeconds * 1000);
  return {};
}
