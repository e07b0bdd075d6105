import { jobWithoutWorkflow } from '../../../workflows/batch/servers/server-record';
import type { Account } from '../account/account';
import type { BatchHost } from '../batch/batch-host';
import { must } from './violation';

/** A job that a batch has known of, and that no workflow looks after, counts until it is gone. */
export function judgeKnownJobs({ batch, knownJobs }: BatchHost, { jobs }: Account): void {
  const { state, index } = batch;
  const known = new Set(state.strays.jobs.map(({ jobId }) => jobId));
  for (const record of Object.values(state.servers)) {
    const jobId = jobWithoutWorkflow(record)?.jobId;
    if (jobId !== undefined) known.add(jobId);
  }
  for (const jobId of knownJobs) {
    if (known.has(jobId)) continue;
    knownJobs.delete(jobId);
    const job = jobs.get(jobId);
    must(
      !job || index.withWorkflow.has(job.server),
      'every job counts',
      () => `${jobId} of ${job!.server} is in the account (${job!.status}), and was forgotten`,
    );
  }
  for (const jobId of known) knownJobs.add(jobId);
}
