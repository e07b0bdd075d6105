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

/** What has happened stays: a failure that had its cause has it for ever. */
const judged = new WeakSet<ServerRecord>();

/** A failure has its cause, and that of a server that was retried is a new one. */
export function judgeFailures(
  { batch, name: batchName, retries }: BatchHost,
  workflows: ServerWorkflows,
): void {
  for (const name in batch.state.servers) {
    const record = batch.state.servers[name]!;
    if (record.phase !== 'failed' || judged.has(record)) continue;
    judged.add(record);
    const all = workflows.byName.get(`${batchName}/${name}`) ?? [];
    const retriedAt = retries.get(name);
    const { code } = record.error;
    if (retriedAt !== undefined && ownFailures.has(code))
      must(
        all.some(({ startedAt }) => startedAt >= retriedAt),
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
}
