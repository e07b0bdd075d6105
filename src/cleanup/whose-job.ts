import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { endOfFailure } from '../../workflows/contract/ends/server-end';
import { batchWorkflowId, serverWorkflowId } from '../../workflows/contract/ids';
import { type ServerResult, standingQuery } from '../../workflows/contract/server-messages';
import type { ReplicationJob } from '../smc';
import type { TaggedJob } from './remove-job';

/** What this Temporal server knows of a batch: tags in the account are no proof that it is the one that runs it. */
export type Knowledge = 'runs' | 'ended' | 'unknown';

/** What it knows of the server whose job this is. */
export type WorkflowOfJob = 'has it under way' | 'was here' | 'unknown';

/** Looks the batch up; one that has ended is known as long as Temporal retains it. */
export async function knowledgeOf(client: Client, batch: string): Promise<Knowledge> {
  const found = await described(client, batchWorkflowId(batch));
  if (!found) return 'unknown';
  return found.status.name === 'RUNNING' ? 'runs' : 'ended';
}

/** Looks the server's workflow up. A workflow with another job, or another source, knows nothing of this job. */
export async function workflowOf(client: Client, { batch, server, job }: TaggedJob): Promise<WorkflowOfJob> {
  const found = await described(client, serverWorkflowId(batch, server));
  if (!found) return 'unknown';
  const { sourceId = job.sourceId } = found.memo ?? {};
  const jobId = (await jobOf(client, found)) ?? job.jobId;
  const isOfJob = jobId === job.jobId && sourceId === (job.sourceId ?? sourceId);
  if (!isOfJob) return 'unknown';
  return found.status.name === 'RUNNING' ? 'has it under way' : 'was here';
}

/** How long a workflow may take to answer. */
const answerMs = 3_000;

/** The job of a server's workflow; undefined when it has none, and when nobody answers for it. */
async function jobOf(
  client: Client,
  { workflowId, runId, status, memo }: WorkflowExecutionDescription,
): Promise<string | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId);
  switch (status.name) {
    case 'CANCELLED':
      return memo?.jobId as string | undefined;
    case 'COMPLETED':
    case 'FAILED': {
      const result: ServerResult | undefined = await handle
        .result()
        .catch((error: unknown) => endOfFailure(error));
      return result?.outcome === 'skipped' ? undefined : result?.jobId;
    }
    default:
      return client
        .withDeadline(Date.now() + answerMs, () => handle.query(standingQuery))
        .then(
          (standing) => standing.jobId,
          () => undefined,
        );
  }
}

/** Nobody starts a job in one of these again. */
const over = new Set(['Finished', 'Expired', 'Deleting']);
/** In any other status a job is at work, or goes on by itself. */
const atRest = new Set(['Ready', 'Stopped', 'InError', ...over]);

/**
 * Why a job is not touched though no workflow here has it under way: another Temporal server may run its batch, have the
 * job at work, or be about to start it. Undefined when it is safe to delete.
 */
export function whyUntouched(
  { status }: Pick<ReplicationJob, 'status'>,
  batch: Knowledge,
  workflow: WorkflowOfJob,
): string | undefined {
  if (batch === 'unknown' && !over.has(status)) {
    return `does not know the batch, so the one that runs it may have this ${status} job at work`;
  }
  // The batch has ended here and no workflow of it had this job: another Temporal may run a batch of this name.
  if (batch === 'ended' && workflow === 'unknown' && !atRest.has(status)) {
    return `has run a batch of this name, but never this job, so another one may have this ${status} job at work`;
  }
  return undefined;
}

async function described(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
