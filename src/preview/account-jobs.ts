import type { AccountLook } from './account-look';

/** How much of the account's quota is in use, and by whom. */
export interface AccountJobs {
  all: JobCounts;
  /** Jobs that are not of this batch: other tools', people's, other batches'. */
  others: JobCounts;
  /** Ids of others' jobs that are Stopped or InError: their intermediate instances are billed. */
  idle: string[];
}

interface JobCounts {
  existing: number;
  running: number;
}

/** Counts the jobs of the account as the batch's quota does. */
export function accountJobs(batch: string, { jobs, owners }: AccountLook): AccountJobs {
  const others = jobs.filter(({ jobId }) => owners.get(jobId)?.batch !== batch);
  return {
    all: counts(jobs),
    others: counts(others),
    idle: others
      .filter(({ status }) => status === 'Stopped' || status === 'InError')
      .map(({ jobId }) => jobId),
  };
}

const counts = (jobs: { status: string }[]): JobCounts => ({
  existing: jobs.length,
  running: jobs.filter(({ status }) => status === 'Running').length,
});
