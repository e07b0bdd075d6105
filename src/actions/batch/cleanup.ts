import type { Client } from '@temporalio/client';
import { createReplicationJobPoller } from '../../../activities/jobs/replication-job-poller';
import { batchClient } from '../../batch-client/batch-client';
import { recordDeletedJobs } from '../../batch-client/cleanup-record';
import { noSuchBatch } from '../../batch-client/names';
import { queueOf } from '../../batch-client/queues/queue-of-batch';
import { serverNow } from '../../batch-client/queues/server-clock';
import { withClient } from '../../batch-client/session';
import { type CleanedJob, removeJob, type TaggedJob } from '../../cleanup/remove-job';
import { knowledgeOf, whyUntouched, workflowOf } from '../../cleanup/whose-job';
import { someAtOnce } from '../../concurrency';
import { ownedJobs } from '../../ledger';
import type { SmcClient } from '../../smc';
import { confirm } from '../../terminal/confirm';
import { exitCodes } from '../../terminal/failure';
import { printer, printJson, sayAside, type TableFormat, tableColumns } from '../../terminal/output';
import { withSmc } from '../../terminal/smc-session';
import { type Column, counted, smcBatchCommand, tableLines } from '../../text';

/** Most of a job's time goes into waiting for it. */
const jobsAtOnce = 10;
const lookSeconds = 1;

export interface CleanupOptions {
  yes: boolean;
  dryRun: boolean;
  temporalLost: boolean;
  output: TableFormat;
}

/** Deletes the jobs that a batch has left in the account. */
export async function cleanup(batch: string, options: CleanupOptions): Promise<void> {
  await withSmc((smc) =>
    withClient(async (client, { address, namespace }) => {
      const isUnderWay = async (tagged: TaggedJob) =>
        (await workflowOf(client, tagged)) === 'has it under way';
      const jobs = await jobsOfBatch(smc, batch);
      const knowledge = await knowledgeOf(client, batch);
      const here = `Temporal at ${address}, namespace ${namespace},`;
      const kept = new Map<TaggedJob, CleanedJob>();
      await someAtOnce(jobs, jobsAtOnce, async (tagged) => {
        const workflow = await workflowOf(client, tagged);
        const why = whyUntouched(tagged.job, knowledge, workflow);
        if (workflow === 'has it under way') kept.set(tagged, untouched(tagged, 'under way'));
        else if (why && !options.temporalLost) kept.set(tagged, untouched(tagged, 'left', `${here} ${why}`));
      });
      const deletable = jobs.filter((tagged) => !kept.has(tagged));
      const print = printer(options.output);
      const isStrange = [...kept.values()].some(({ outcome }) => outcome === 'left');
      if (jobs.length > 0)
        for (const line of tableLines(columns, deletable, {
          columns: tableColumns(options.output),
          empty: nothingToDelete([...kept.values()]),
        }))
          print(line);
      if (!options.dryRun && deletable.length > 0) {
        if (options.temporalLost && knowledge !== 'runs')
          await confirm(
            `${here} ${knowledge === 'unknown' ? 'does not know' : 'does not run'} batch '${batch}'. Is the Temporal server that ran it gone for ever, with all its workers?`,
            options.yes,
          );
        await confirm(
          deletable.length === 1 ? 'Delete this job?' : `Delete these ${deletable.length} jobs?`,
          options.yes,
        );
      }
      const poller = createReplicationJobPoller(smc, lookSeconds);
      const results = await someAtOnce(jobs, jobsAtOnce, async (tagged) => {
        const cleaned =
          kept.get(tagged) ??
          (options.dryRun
            ? untouched(tagged, 'deletable', whatFirst.get(tagged.job.status))
            : await removeJob({ smc, poller, isUnderWay }, tagged));
        const { jobId, outcome, reason } = cleaned;
        if (outcome !== 'under way' || deletable.length > 0)
          print(`${jobId}: ${outcome}${reason ? `: ${reason}` : ''}`);
        return cleaned;
      }).finally(() => poller.close());
      if (options.output === 'json') printJson(results);
      await remember(client, batch, results);
      if (jobs.length === 0) print(`Batch '${batch}' has left no job in the account.`);
      // It may be named wrong; after Temporal's retention no batch is known any more.
      if (jobs.length === 0 && knowledge === 'unknown') print(await noSuchBatch(client, batch));
      if (isStrange) {
        print('Jobs that another Temporal server may work on were left alone.');
        print(
          'Set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE to the server that runs the batch, then clean up again.',
        );
        print(
          `If that server is gone for ever: ${smcBatchCommand('cleanup', [batch], { 'temporal-lost': true })}`,
        );
      }
      if (!options.dryRun && results.some(({ outcome }) => outcome === 'left'))
        process.exitCode = exitCodes.serversFailed;
    }),
  );
}

/** The views of the batch shall not go on billing what is gone; what was deleted is deleted, also where that cannot be noted. */
async function remember(client: Client, batch: string, results: readonly CleanedJob[]): Promise<void> {
  const jobIds = results.filter(({ outcome }) => outcome === 'deleted').map(({ jobId }) => jobId);
  try {
    const taskQueue = await queueOf(batchClient(client, batch));
    await recordDeletedJobs(client, batch, { jobIds, at: Math.round(await serverNow(client)), taskQueue });
  } catch (error) {
    sayAside(
      `Temporal could not note what was deleted, so the views of the batch show these jobs on: ${(error as Error).message}`,
    );
  }
}

/** Jobs at work are no trouble, and are named here alone. */
function nothingToDelete(kept: readonly CleanedJob[]): string {
  const atWork = kept.filter(({ outcome }) => outcome === 'under way');
  if (atWork.length === 0) return 'None of the jobs can be deleted.';
  const named = atWork.slice(0, mostNamed).map(({ server, jobId }) => `${server} (${jobId})`);
  const more = atWork.length > mostNamed ? ` and ${atWork.length - mostNamed} more` : '';
  return `${atWork.length < kept.length ? 'No job can be deleted.' : 'Nothing to clean up.'} Still at work: ${counted(atWork.length, 'job')}: ${named.join(', ')}${more}.`;
}

const mostNamed = 5;

const columns: Column<TaggedJob>[] = [
  { title: 'job', rank: 1, cell: ({ job }) => job.jobId },
  { title: 'server', rank: 1, least: 28, cell: ({ server }) => server },
  { title: 'status', rank: 2, cell: ({ job }) => job.status },
];

/** What happens to a job before it is deleted, where something does. */
const whatFirst = new Map([
  ['Deleting', 'it is being deleted'],
  ['Finished', 'its source server is tagged as migrated first, where it is not yet'],
  ['Running', 'it is stopped first while it is Syncing; else it is left until it has ended'],
]);

const untouched = (
  { job, server }: TaggedJob,
  outcome: CleanedJob['outcome'],
  reason?: string,
): CleanedJob => ({ jobId: job.jobId, server, status: job.status, outcome, ...(reason && { reason }) });

/** Proven by both tags. */
async function jobsOfBatch(smc: SmcClient, batch: string): Promise<TaggedJob[]> {
  const found: TaggedJob[] = [];
  for await (const { job, owner } of ownedJobs(smc, batch)) {
    if (job && owner.server) found.push({ job, batch, server: owner.server });
  }
  return found;
}
