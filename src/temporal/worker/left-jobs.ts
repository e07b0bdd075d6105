import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { someAtOnce } from '../../concurrency';
import { type OwnedJob, ownedJobs } from '../../ledger';
import type { LeftJob } from '../../metrics';
import type { ReplicationJob, SmcClient } from '../../smc';

const askedAtOnce = 5;

/**
 * The jobs of batches that do not run in this Temporal, without those on which a server's workflow works.
 * SMC: ListTagResources, DescribeReplicationJobs, one call of each for every fifty jobs of batches.
 */
export async function jobsLeft(
  smc: SmcClient,
  client: Client,
  running: readonly string[],
): Promise<LeftJob[]> {
  const owned: (OwnedJob & { job: ReplicationJob })[] = [];
  for await (const { job, ...one } of ownedJobs(smc))
    if (job && job.status !== 'Deleting' && !running.includes(one.owner.batch)) owned.push({ ...one, job });
  const answers = new Map<string, Promise<boolean>>();
  const runs = (workflowId: string): Promise<boolean> => {
    const answer = answers.get(workflowId) ?? isRunning(client, workflowId);
    answers.set(workflowId, answer);
    return answer;
  };
  const left = await someAtOnce(owned, askedAtOnce, async ({ owner: { batch, server }, job }) => {
    if (await runs(batchWorkflowId(batch))) return [];
    if (server !== undefined && (await runs(serverWorkflowId(batch, server)))) return [];
    return [{ batch, billedSince: billedSince(job) }];
  });
  return left.flat();
}

/** SMC: the instance is made when the job starts, and kept until the job has finished or is deleted. */
function billedSince({ status, startTime }: ReplicationJob): number | undefined {
  const started = Date.parse(startTime ?? '');
  return status === 'Finished' || Number.isNaN(started) ? undefined : started;
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
