import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { CleanupRecord } from '../../workflows/cleanup/workflow';
import type { CleanupMemo } from '../../workflows/contract/ends/cleanup-memo';
import { cleanupWorkflowId } from '../../workflows/contract/ids';
import type { BatchProgress, ServerView } from '../../workflows/contract/views';

/** The jobs of a batch that `cleanup` has deleted, with the time of it. */
export type DeletedJobs = ReadonlyMap<string, number>;

/** Reads which jobs of the batch `cleanup` has deleted. */
export async function deletedJobs(client: Client, batch: string): Promise<DeletedJobs> {
  try {
    const { memo } = await client.workflow.getHandle(cleanupWorkflowId(batch)).describe();
    return new Map(Object.entries((memo as Partial<CleanupMemo> | undefined)?.deletedJobs ?? {}));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return new Map();
    throw error;
  }
}

/** Adds jobs to the record, deleted at this time. It can be read at once, also before a worker has ended its workflow. */
export async function recordDeletedJobs(
  client: Client,
  batch: string,
  { jobIds, at, taskQueue }: { jobIds: readonly string[]; at: number; taskQueue: string },
): Promise<void> {
  if (jobIds.length === 0) return;
  const memo: CleanupMemo = {
    deletedJobs: {
      ...Object.fromEntries(await deletedJobs(client, batch)),
      ...Object.fromEntries(jobIds.map((jobId) => [jobId, at])),
    },
  };
  await client.workflow.start<CleanupRecord>('cleanupRecord', {
    workflowId: cleanupWorkflowId(batch),
    taskQueue,
    args: [memo],
    memo: { ...memo },
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    staticSummary: `jobs that cleanup has deleted: ${Object.keys(memo.deletedJobs).length}`,
  });
}

/** The servers, those whose left job `cleanup` has deleted with the time of it. Reads the record only where a job was left. */
export async function withDeletions<T extends ServerView>(
  servers: readonly T[],
  read: () => Promise<DeletedJobs>,
): Promise<T[]> {
  if (!servers.some(({ leftover }) => leftover)) return [...servers];
  const deleted = await read();
  return servers.map((server) => {
    const deletedAt = server.leftover && deleted.get(server.leftover.jobId);
    return deletedAt === undefined ? server : { ...server, leftover: { ...server.leftover!, deletedAt } };
  });
}

/** What is still in the account of a batch, where `cleanup` has deleted some of it since the batch last counted. */
export function progressAfterCleanup(
  progress: BatchProgress,
  {
    servers,
    deleted,
    endedAt,
  }: {
    /** Those with a left job, with deletions. */
    servers: readonly ServerView[];
    deleted: DeletedJobs;
    /** When its workflow ended; a batch that runs counts its strays itself. */
    endedAt?: number;
  },
): BatchProgress {
  const left = servers.flatMap(({ leftover }) => leftover ?? []);
  const gone = left.filter(({ deletedAt }) => deletedAt !== undefined).length;
  const leftIds = new Set(left.map(({ jobId }) => jobId));
  const strays =
    endedAt === undefined
      ? 0
      : [...deleted].filter(([jobId, at]) => at >= endedAt && !leftIds.has(jobId)).length;
  const { slots, leftovers, strayJobs } = progress;
  const goneStrays = Math.min(strays, strayJobs);
  const existing = Math.max(0, slots.inUse.existing - gone - goneStrays);
  return {
    ...progress,
    leftovers: Math.max(0, leftovers - gone),
    strayJobs: strayJobs - goneStrays,
    slots: { ...slots, inUse: { ...slots.inUse, existing } },
  };
}
