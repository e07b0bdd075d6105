import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import { ledgerTags, serverWorkflowId } from '../../workflows/ids';
import { textTable } from '../report';
import { type ReplicationJob, type SmcClient, SmcError } from '../smc';
import { confirm } from './confirm';
import { exitCodes } from './failure';
import { type OutputFormat, outputOption, printer, printJson } from './output';
import { withClient } from './session';
import { withSmc } from './smc-session';

/** A job that carries a batch's tags. */
interface TaggedJob {
  job: ReplicationJob;
  server: string;
}

interface CleanedJob {
  jobId: string;
  server: string;
  status: string;
  outcome: 'deletable' | 'deleted' | 'under way' | 'left';
  reason?: string;
}

/** `cleanup BATCH`: delete the jobs a batch has left in the account. */
export function cleanupCommand(): Command {
  return new Command('cleanup')
    .summary('delete jobs that a batch has left')
    .description(
      "delete the replication jobs that a batch has left in the account: those with its tags whose server's workflow does not run",
    )
    .argument('<batch>', "the batch's name")
    .option('-y, --yes', 'do not ask first', false)
    .option('--dry-run', 'only show what would be deleted', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A Stopped or InError job keeps a billed intermediate instance until it is deleted. Only jobs that carry this batch's
tags are touched. It needs the SMC settings of 'smc-batch worker'.

Examples:
  smc-batch cleanup dc1-exit --dry-run
  smc-batch cleanup dc1-exit --yes

Exit codes: 0 nothing is left (or --dry-run), 3 some jobs are left, 4 not confirmed, 1 anything else.`,
    )
    .action(cleanup);
}

async function cleanup(
  batch: string,
  options: { yes: boolean; dryRun: boolean; output: OutputFormat },
): Promise<void> {
  await withSmc((smc) =>
    withClient(async (client) => {
      const jobs = await jobsOfBatch(smc, batch);
      const results: CleanedJob[] = [];
      const deletable: TaggedJob[] = [];
      for (const tagged of jobs) {
        if (await isUnderWay(client, batch, tagged.server))
          results.push({ ...facts(tagged), outcome: 'under way' });
        else deletable.push(tagged);
      }
      const print = printer(options.output);
      for (const line of textTable(
        ['job', 'server', 'status'],
        deletable.map(({ job, server }) => [job.jobId, server, job.status]),
      ))
        print(line);
      if (options.dryRun) {
        results.push(...deletable.map((tagged) => ({ ...facts(tagged), outcome: 'deletable' as const })));
      } else if (deletable.length > 0) {
        await confirm(`Delete these ${deletable.length} jobs?`, options.yes);
        for (const tagged of deletable) results.push(await remove(smc, tagged));
      }
      if (options.output === 'json') printJson(results);
      for (const { jobId, outcome, reason } of results)
        print(`${jobId}: ${outcome}${reason ? `: ${reason}` : ''}`);
      if (jobs.length === 0) print(`Batch '${batch}' has left no job in the account.`);
      if (results.some(({ outcome }) => outcome === 'left')) process.exitCode = exitCodes.serversFailed;
    }),
  );
}

/** Proven by the tag service, which every edition of the API has. */
async function jobsOfBatch(smc: SmcClient, batch: string): Promise<TaggedJob[]> {
  const ids: string[] = [];
  for await (const tag of smc.allTagResources({
    resourceType: 'replicationjob',
    tags: [{ key: ledgerTags.batch, value: batch }],
  })) {
    if (tag.tagKey === ledgerTags.batch && tag.tagValue === batch && !ids.includes(tag.resourceId))
      ids.push(tag.resourceId);
  }
  const found: TaggedJob[] = [];
  for (let i = 0; i < ids.length; i += 50) {
    const jobIds = ids.slice(i, i + 50);
    const servers = new Map<string, string>();
    for await (const tag of smc.allTagResources({ resourceType: 'replicationjob', resourceIds: jobIds })) {
      if (tag.tagKey === ledgerTags.server && tag.tagValue) servers.set(tag.resourceId, tag.tagValue);
    }
    for await (const job of smc.allReplicationJobs({ jobIds })) {
      const server = servers.get(job.jobId);
      if (server && job.status !== 'Deleting') found.push({ job, server });
    }
  }
  return found;
}

/** Its own workflow cleans up better than we can. */
async function isUnderWay(client: Client, batch: string, server: string): Promise<boolean> {
  try {
    return (
      (await client.workflow.getHandle(serverWorkflowId(batch, server)).describe()).status.name === 'RUNNING'
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Stops it first where it runs; a job past Syncing ends by itself and is left until then. */
async function remove(smc: SmcClient, tagged: TaggedJob): Promise<CleanedJob> {
  const { jobId } = tagged.job;
  try {
    if (tagged.job.status === 'Running') await smc.stopReplicationJob({ jobId });
    for (let looks = 0; looks < 30; looks++) {
      await smc.deleteReplicationJob({ jobId }).catch((error: unknown) => {
        if (!(error instanceof SmcError) || error.class === 'fatal') throw error;
      });
      await sleep(1_000);
      const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] });
      const job = replicationJobs.find((found) => found.jobId === jobId);
      if (!job || job.status === 'Deleting') return { ...facts(tagged), outcome: 'deleted' };
    }
    return { ...facts(tagged), outcome: 'left', reason: 'it is not gone after 30 s; try again later' };
  } catch (error) {
    if (!(error instanceof SmcError)) throw error;
    return { ...facts(tagged), outcome: 'left', reason: `${error.message}. ${error.remedy}` };
  }
}

const facts = ({ job, server }: TaggedJob) => ({ jobId: job.jobId, server, status: job.status });
