import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import type { BatchHost } from '../batch/batch-host';
import type { ServerWorkflows } from '../server/workflows';
import { must } from './violation';

/** That only a server's own workflow fails with. */
const ownFailures = new Set([
  'InternalError',
  'InvalidParameter',
  'ReplicationJob.Stalled',
  'ReplicationJob.Stopped',
]);

/** A failure has its cause, and that of a server that was retried is a new one. What has happened stays: it is judged once. */
export function judgeFailure(
  { name: batch, retries }: BatchHost,
  name: string,
  record: ServerRecord,
  workflows: ServerWorkflows,
): void {
  if (record.phase !== 'failed') return;
  const all = workflows.byName.get(`${batch}/${name}`) ?? [];
  const retriedAt = retries.get(name);
  const { code } = record.error;
  // A server that was cancelled during the survey and is retried keeps the workflow that still runs from before.
  if (retriedAt !== undefined && ownFailures.has(code))
    must(
      all.some(({ startedAt, endToldAt = 0 }) => Math.max(startedAt, endToldAt) >= retriedAt),
      'a retry is a new try',
      () => `${name} was retried, and failed without a workflow of its own`,
    );
  if (code === 'WorkflowEnded')
    must(
      all.some(({ isTerminated }) => isTerminated),
      'a failure has its cause',
      () => `${name} failed for the end of its workflow, which nobody has ended`,
    );
}
