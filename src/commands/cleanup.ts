import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import { createReplicationJobPoller } from '../../activities';
import { serverWorkflowId } from '../../workflows/ids';
import { ownedJobs } from '../ledger';
import { textTable } from '../report';
import type { SmcClient } from '../smc';
import { confirm } from './confirm';
import { exitCodes } from './failure';
import { type OutputFormat, outputOption, printer, printJson } from './output';
import { type CleanedJob, removeJob, type TaggedJob } from './remove-job';
import { withClient } from './session';
import { withSmc } from './smc-session';

/** Most of a job's time goes into waiting for it. */
const jobsAtOnce = 10;
const lookSeconds = 1;

/** `cleanup BATCH`: delete the jobs a batch has left in the account. */
export function cleanupCommand(): Command {
  return new Command('cleanup')
    .summary('delete jobs that a batch has left')
    .description(
      'delete the replication jobs that a batch has left in the account: those with its tags that no workflow has under way',
    )
    .argument('<batch>', "the batch's name")
    .option('-y, --yes', 'do not ask first', false)
    .option('--dry-run', 'only show what would be deleted', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A Stopped or InError job keeps a billed intermediate instance until it is deleted. Only jobs that carry this batch's
tags are touched. One that runs is stopped while it is Syncing; else SMC does not stop it, and it is left if it does not
end soon: clean up again later. A Finished one is a migration that is done: before it is deleted, its source server is
tagged as migrated, so that 'apply' skips it. Images stay. It needs the SMC settings of 'smc-batch worker'.

Examples:
  smc-batch cleanup dc1-exit --dry-run
  smc-batch cleanup dc1-exit --yes

Exit codes: 0 none is left but those under way (or --dry-run), 3 some are left, 4 not confirmed, 1 anything else.`,
    )
    .action(cleanup);
}

async function cleanup(
  batch: string,
  options: { yes: boolean; dryRun: boolean; output: OutputFormat },
): Promise<void> {
  await withSmc((smc) =>
    withClient(async (client) => {
      const isUnderWay = (tagged: TaggedJob) => workflowRuns(client, tagged);
      const jobs = await jobsOfBatch(smc, batch);
      const underWay = new Set<TaggedJob>();
      await someAtOnce(jobs, async (tagged) => {
        if (await isUnderWay(tagged)) underWay.add(tagged);
      });
      const deletable = jobs.filter((tagged) => !underWay.has(tagged));
      const print = printer(options.output);
      for (const line of textTable(
        ['job', 'server', 'status'],
        deletable.map(({ job, server }) => [job.jobId, server, job.status]),
      ))
        print(line);
      if (!options.dryRun && deletable.length > 0)
        await confirm(`Delete these ${deletable.length} jobs?`, options.yes);
      const poller = createReplicationJobPoller(smc, lookSeconds);
      const results = await someAtOnce(jobs, async (tagged) => {
        const cleaned = underWay.has(tagged)
          ? untouched(tagged, 'under way')
          : options.dryRun
            ? untouched(tagged, 'deletable', whatFirst[tagged.job.status])
            : await removeJob({ smc, poller, isUnderWay }, tagged);
        const { jobId, outcome, reason } = cleaned;
        print(`${jobId}: ${outcome}${reason ? `: ${reason}` : ''}`);
        return cleaned;
      }).finally(() => poller.close());
      if (options.output === 'json') printJson(results);
      if (jobs.length === 0) print(`Batch '${batch}' has left no job in the account.`);
      if (results.some(({ outcome }) => outcome === 'left')) process.exitCode = exitCodes.serversFailed;
    }),
  );
}

/** What happens to a job before it is deleted, where something does. */
const whatFirst: Partial<Record<string, string>> = {
  Deleting: 'it is being deleted',
  Finished: 'its source server is tagged as migrated first, where it is not yet',
  Running: 'it is stopped first if it is Syncing, else left until it has ended',
};

const untouched = (
  { job, server }: TaggedJob,
  outcome: CleanedJob['outcome'],
  reason?: string,
): CleanedJob => ({ jobId: job.jobId, server, status: job.status, outcome, ...(reason && { reason }) });

/** What the work gives, in the order of the items. */
async function someAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const oneAfterTheOther = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: jobsAtOnce }, oneAfterTheOther));
  return results;
}

/** Proven by both tags. */
async function jobsOfBatch(smc: SmcClient, batch: string): Promise<TaggedJob[]> {
  const found: TaggedJob[] = [];
  for await (const { job, owner } of ownedJobs(smc, batch)) {
    if (job && owner.server) found.push({ job, batch, server: owner.server });
  }
  return found;
}

/** With this job: a server that has got another source has left its old one. */
async function workflowRuns(client: Client, { batch, server, job }: TaggedJob): Promise<boolean> {
  try {
    const { status, memo } = await client.workflow.getHandle(serverWorkflowId(batch, server)).describe();
    const { jobId = job.jobId, sourceId = job.sourceId } = memo ?? {};
    return status.name === 'RUNNING' && jobId === job.jobId && sourceId === (job.sourceId ?? sourceId);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
