import type { WireParams } from '../../smc';
import type { SimulatedAccount } from '../account/account';
import { type JobStatus, jobAnswer, type SimulatedJob } from '../jobs/replication-job';
import { businessStatusAt } from '../jobs/run-plan';
import { paging, tagFilters, text, texts } from '../parameters/parameters';
import { hasTags } from '../parameters/tags';

/** SMC: DescribeReplicationJobs; filters are ANDed, the oldest job comes first. */
export function describeReplicationJobs(account: SimulatedAccount, params: WireParams): object {
  const { newerFields } = account.options;
  const { pageNumber, pageSize } = paging(params);
  const sourceIds = texts(params, 'SourceId', 50);
  const name = text(params, 'Name');
  const regionId = text(params, 'RegionId');
  const status = text(params, 'Status');
  const businessStatus = text(params, 'BusinessStatus');
  const instanceIds = newerFields ? texts(params, 'InstanceId', 50) : undefined;
  const jobType = newerFields ? text(params, 'JobType') : undefined;
  const tags = newerFields ? tagFilters(params) : [];

  const bySource = sourceIds && new Set(sourceIds);
  const matches = (job: SimulatedJob) =>
    isVisible(account, job) &&
    (!bySource || bySource.has(job.sourceId)) &&
    (!name || job.settings.name === name) &&
    (!regionId || job.regionId === regionId) &&
    (!status || shownStatus(account, job).toLowerCase() === status.toLowerCase()) &&
    (!businessStatus ||
      (job.run !== undefined && businessStatusAt(job.run, account.time) === businessStatus)) &&
    (!instanceIds || instanceIds.includes(job.settings.instanceId ?? '')) &&
    (!jobType || (job.settings.kept.JobType ?? '0') === jobType) &&
    hasTags(job.tags, tags);

  const found = candidates(account, params, sourceIds, name).filter(matches);
  const page = found.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
  return {
    TotalCount: found.length,
    PageNumber: pageNumber,
    PageSize: pageSize,
    ReplicationJobs: {
      ReplicationJob: page.map((job) => shown(account, job) ?? jobAnswer(job, account.time, newerFields)),
    },
  };
}

/** The jobs that may match the filters, found by the account's maps so that few jobs are read. */
function candidates(
  account: SimulatedAccount,
  params: WireParams,
  sourceIds: string[] | undefined,
  name: string | undefined,
): readonly SimulatedJob[] {
  const jobsOf = (ids: Iterable<string | undefined>) =>
    [...new Set(ids)].flatMap((id) => (id === undefined ? [] : (account.jobs.get(id) ?? [])));
  const jobIds = texts(params, 'JobId', 50);
  if (jobIds) return jobsOf(jobIds);
  if (name) return jobsOf([account.jobNames.get(name)]);
  if (sourceIds) return jobsOf(sourceIds.flatMap((id) => [...(account.jobsOfSource.get(id) ?? [])]));
  return account.jobList();
}

// While reads lag, a job is shown as it was before its last change; a new job is not listed yet.
const isVisible = (account: SimulatedAccount, job: SimulatedJob) =>
  !job.shown || job.shown.until <= account.time || job.shown.answer !== undefined;

const shown = (account: SimulatedAccount, job: SimulatedJob) =>
  job.shown && job.shown.until > account.time ? job.shown.answer : undefined;

const shownStatus = (account: SimulatedAccount, job: SimulatedJob): JobStatus =>
  job.shown && job.shown.until > account.time ? job.shown.status : job.status;
