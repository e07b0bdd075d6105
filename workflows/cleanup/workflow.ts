import type { CleanupMemo } from '../contract/ends/cleanup-memo';

/**
 * The record of what `cleanup` has deleted of a batch. A batch that has ended can learn nothing more, so the jobs stand in the
 * memo of this workflow, where every view of the batch finds them. It has nothing to do.
 */
export async function cleanupRecord({ deletedJobs }: CleanupMemo): Promise<{ deleted: number }> {
  return { deleted: Object.keys(deletedJobs).length };
}

/** The workflow's type, for who starts it. */
export type CleanupRecord = typeof cleanupRecord;
