import type { AccountLook } from './account-look';
import type { ServerPreview } from './server-preview';

/** How much of the account's quota is in use, and by whom. */
export interface AccountJobs {
  all: JobCounts;
  /** Jobs that are not of this batch: other tools', people's, other batches'. */
  others: JobCounts;
  /** Jobs of this batch that belong to no server of its plan. They count like those of others. */
  strays: JobCounts & { jobIds: string[] };
  /** Ids of others' jobs that are Stopped or InError: their intermediate instances are billed. */
  idle: string[];
}

interface JobCounts {
  existing: number;
  running: number;
}

/** Counts the jobs of the account as the batch's quota does. */
export function accountJobs(
  batch: string,
  servers: readonly ServerPreview[],
  { jobs, owners }: AccountLook,
): AccountJobs {
  const sourceOf = new Map(servers.map(({ server, sourceId }) => [server, sourceId]));
  const strays = jobs.filter(({ jobId, status, sourceId }) => {
    const owner = owners.get(jobId);
    if (owner?.batch !== batch || status === 'Deleting') return false;
    const own = sourceOf.get(owner.server ?? '');
    return own === undefined || own !== (sourceId ?? own);
  });
  const others = jobs.filter(({ jobId }) => owners.get(jobId)?.batch !== batch);
  return {
    all: counts(jobs),
    others: counts(others),
    strays: { ...counts(strays), jobIds: strays.map(({ jobId }) => jobId) },
    idle: others
      .filter(({ status }) => status === 'Stopped' || status === 'InError')
      .map(({ jobId }) => jobId),
  };
}

/** What of the account's quota the batch cannot have. */
export const takenFrom = ({ others, strays }: AccountJobs): JobCounts => ({
  existing: others.existing + strays.existing,
  running: others.running + strays.running,
});

const counts = (jobs: { status: string }[]): JobCounts => ({
  existing: jobs.length,
  running: jobs.filter(({ status }) => status === 'Running').length,
});
