import type { Client } from '@temporalio/client';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import {
  explainQuery,
  journalQuery,
  namesQuery,
  type ServerExplanation,
} from '../../../workflows/contract/views';
import { type BatchClient, batchClient, howItStands } from '../../batch-client/batch-client';
import { explainStopping, fact, factLines, nowLine, stopAttempt } from '../../batch-client/explain-text';
import { requireWorker } from '../../batch-client/queue-of-batch';
import { serverNow } from '../../batch-client/server-clock';
import { withJob } from '../../batch-client/server-looks';
import { withClient } from '../../batch-client/session';
import { temporalUiUrl, workflowUrl } from '../../batch-client/temporal-ui';
import { withInstanceHours, zonedTime } from '../../report';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { colors, type OutputFormat, printer, printJson } from '../../terminal/output';
import { nearestName, plainTexts, smcBatchCommand } from '../../text';

/** Tells why a server is where it is, and what to type next. */
export async function explain(batch: string, server: string, output: OutputFormat): Promise<void> {
  await withClient(async (client, settings) => {
    const asked = await ask(client, batch, server);
    const from = batchClient(client, batch);
    const attempts = await from.pending(server).catch(() => []);
    const stopReason = stopAttempt(attempts) && (await from.stopReason(server).catch(() => undefined));
    const now = await serverNow(client);
    const explanation = withJob(
      explainStopping(await withEvidence(asked, from), attempts, stopReason),
      attempts,
    );
    const journal = await client.workflow.getHandle(batchWorkflowId(batch)).query(journalQuery);
    const entries = journal.filter(({ what }) => what.includes(server));
    const ui = await temporalUiUrl(client, settings);
    const url =
      ui && explanation.startedAt
        ? workflowUrl(ui, settings.namespace, serverWorkflowId(batch, server))
        : undefined;
    if (output === 'json')
      return printJson({
        ...withInstanceHours(explanation, now),
        pending: attempts,
        journal: entries,
        url,
      });
    const print = printer(output);
    for (const line of factLines(plainTexts(explanation), now, colors())) print(line);
    for (const attempt of attempts) print(nowLine(attempt, now));
    for (const { at, by, what } of entries) print(fact('journal', `${zonedTime(at)} ${by}: ${what}`));
    if (url) print(fact('workflow', url));
  });
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
    throw new CommandFailure(
      `Batch '${batch}' has no server '${server}'${nearestName(server, servers)}. Those it has: ${smcBatchCommand('status', [batch])}`,
      exitCodes.usage,
    );
  }
}
