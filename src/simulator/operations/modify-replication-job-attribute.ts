import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { ApiError, invalid, invalidJobStatus } from '../api-error';
import { planJob } from '../jobs/life-cycle';
import type { SimulatedJob } from '../jobs/replication-job';
import { type ChangedSettings, changedSettings, checkTogether } from '../parameters/job-parameters';
import { changedKept } from '../parameters/kept-parameters';
import { namedJob } from './find';

/** SMC: ModifyReplicationJobAttribute. The job's status decides which settings may change. */
export function modifyReplicationJobAttribute(account: SimulatedAccount, params: WireParams): object {
  const job = namedJob(account, params);
  if (job.status === 'Deleting')
    throw invalidJobStatus(job.status, ['Ready', 'Stopped', 'InError', 'Waiting']);
  const source = account.sources.get(job.sourceId)!;
  const changed = changedSettings(params, source, job.createdAt, account.time);
  for (const setting of Object.keys(changed) as (keyof ChangedSettings)[])
    refuseUnlessChangeable(job, setting);
  if (changed.targetType !== undefined && source.os !== 'linux')
    throw invalid('TargetType', 'it can be changed for Linux sources only');
  const settings = { ...job.settings, ...changed, kept: changedKept(job.settings.kept, changed.kept) };
  checkTogether(settings);

  const { name } = changed;
  if (name !== undefined && name !== job.settings.name) {
    if (account.jobNames.has(name))
      throw new ApiError('ReplicationJobName.Duplicate', `The replication job name ${name} is used already.`);
    if (job.settings.name) account.jobNames.delete(job.settings.name);
    account.jobNames.set(name, job.jobId);
  }
  account.holdView(job);
  job.settings = settings;
  if (changed.validTime !== undefined || changed.scheduledStartTime !== undefined) planJob(account, job);
  return {};
}

function refuseUnlessChangeable(job: SimulatedJob, setting: keyof ChangedSettings): void {
  const neverRan = job.status === 'Ready' && job.startTime === undefined;
  switch (setting) {
    case 'name':
    case 'description':
      return;
    case 'frequency':
    case 'maxNumberOfImageToKeep':
      if (neverRan || job.status === 'Waiting') return;
      throw invalidJobStatus(job.status, ['Ready', 'Waiting']);
    case 'validTime': {
      const allowed = ['Ready', 'Running', 'Stopped', 'InError', 'Waiting'];
      if (allowed.includes(job.status)) return;
      throw invalidJobStatus(job.status, allowed);
    }
    default:
      if (!neverRan) throw invalidJobStatus(job.status, ['Ready']);
  }
}
