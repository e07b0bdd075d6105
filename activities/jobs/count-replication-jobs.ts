import { heartbeat } from '@temporalio/activity';
import { jobOwners } from '../../src/ledger';
import { mayRun, type ReplicationJob } from '../../src/smc';
import type { Slots } from '../../workflows/contract/slots';
import type { ActivityContext } from '../calls/context';
import { smcLook } from '../calls/smc-failure';

export interface JobCount {
  /** All jobs of the account. */
  all: Slots;
  /** Jobs that do not belong to these batches: those of other tools, of people, of ended batches. */
  others: Slots;
  /** The poll interval of this worker: the next count comes after a few of these. */
  pollIntervalSeconds: number;
}

/** Counts the account's jobs and those that are not of the given batches, by their tags. SMC: DescribeReplicationJobs. */
export function countReplicationJobs({ smc, pollIntervalSeconds }: ActivityContext) {
  return ({ batches }: { batches: string[] }): Promise<JobCount> =>
    smcLook(async () => {
      const jobs: ReplicationJob[] = [];
      for await (const job of smc.allReplicationJobs({})) {
        jobs.push(job);
        heartbeat();
      }
      const owners = await jobOwners(smc, jobs);
      const others = jobs.filter(({ jobId }) => !batches.includes(owners.get(jobId)?.batch ?? ''));
      return { all: slots(jobs), others: slots(others), pollIntervalSeconds };
    });
}

const slots = (jobs: ReplicationJob[]): Slots => ({
  existing: jobs.length,
  running: jobs.filter(mayRun).length,
});
