import type { Client } from '@temporalio/client';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import {
  explainQuery,
  type JournalEntry,
  journalQuery,
  namesQuery,
  type ServerExplanation,
} from '../../../workflows/contract/views';
import type { ServerInSight } from '../../report';
import { nearestName, smcBatchCommand } from '../../text';
import { type BatchClient, batchClient, howItStands } from '../batch-client';
import { SmcBatchError } from '../batch-error';
import { deletedJobs, withDeletions } from '../cleanup-record';
import { withPlanFile } from '../plan-file';
import { requireWorker } from '../queues/queue-of-batch';
import { serverNow } from '../queues/server-clock';
import { explainStopping, stopAttempt } from './explain-text';
import type { PendingAttempt } from './pending-attempt';
import { withJob } from './server-looks';

/** The whole story of one server. */
export interface Explanation {
  server: ServerExplanation & ServerInSight;
  /** What its workflow does right now. */
  pending: PendingAttempt[];
  /** The lines of the batch's journal that name it. */
  journal: JournalEntry[];
  /** When it was asked, by the clock of Temporal; milliseconds since the epoch. */
  now: number;
}

/** Why a server is where it is. Throws a {@link SmcBatchError} where no worker answers, or the batch has no such server. */
export async function explanationOf(client: Client, batch: string, server: string): Promise<Explanation> {
  const [asked] = await withDeletions([await ask(client, batch, server)], () => deletedJobs(client, batch));
  const from = batchClient(client, batch);
  const pending = await from.pending(server).catch(() => []);
  const stopReason = stopAttempt(pending) && (await from.stopReason(server).catch(() => undefined));
  const [next] =
    asked!.next === undefined
      ? []
      : await withPlanFile([asked!.next], client.workflow.getHandle(batchWorkflowId(batch)));
  const journal = await client.workflow.getHandle(batchWorkflowId(batch)).query(journalQuery);
  return {
    server: withJob(
      explainStopping(await withEvidence({ ...asked!, next }, from), pending, stopReason),
      pending,
    ),
    pending,
    journal: journal.filter(({ what }) => what.includes(server)),
    now: await serverNow(client),
  };
}

/** A batch keeps what SMC said of some hundred failed jobs; each server's own workflow keeps its own. */
async function withEvidence(server: ServerExplanation, from: BatchClient): Promise<ServerExplanation> {
  if (server.phase !== 'failed' || server.evidence || server.jobId === undefined) return server;
  return { ...server, evidence: await from.evidence(server.server).catch(() => undefined) };
}

async function ask(client: Client, batch: string, server: string): Promise<ServerExplanation> {
  const from = batchClient(client, batch);
  await requireWorker(client, from, `Batch '${batch}' ${howItStands(await from.status())}`);
  try {
    return await client.workflow
      .getHandle(batchWorkflowId(batch))
      .query(explainQuery, { server, at: await serverNow(client) });
  } catch (error) {
    if (!String((error as Error).message).includes('has no server')) throw error;
    const { servers } = await client.workflow.getHandle(batchWorkflowId(batch)).query(namesQuery);
    throw new SmcBatchError(
      'NoSuchServer',
      `Batch '${batch}' has no server '${server}'${nearestName(server, servers)}. Those it has: ${smcBatchCommand('status', [batch])}`,
    );
  }
}
