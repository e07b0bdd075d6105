import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { batchWorkflowId, quotaWorkflowId, serverWorkflowId } from '../../workflows/contract/ids';
import { journalQuery, type ServerView } from '../../workflows/contract/views';
import { batchClient, hasWorker, howItStands } from '../batch-client/batch-client';
import { batchJson } from '../batch-client/look/batch-json';
import { explanationOf } from '../batch-client/look/explanation';
import { inSight, lookAtServers } from '../batch-client/look/server-looks';
import { troublesOf } from '../batch-client/look/troubles';
import { queueOf, workerOf } from '../batch-client/queues/queue-of-batch';
import { buildBatchReport, markdownReport, troubleGroups } from '../report';
import { type Archive, fileName } from './archive';
import { historyJson } from './history-json';

/** What could not be gathered, and why. */
export interface Missing {
  what: string;
  why: string;
}

/** A batch may have ten thousand servers: these many tell enough. */
const most = { explanations: 50, failed: 50, others: 10, runsOfBatch: 3 };
/** A worker that has just died is still counted: its answer is not waited for longer. */
const answerMs = 20_000;

/** Adds all that Temporal and the batch tell of it; gives what is missing. Rejects where there is no such batch. */
export async function gather(client: Client, batch: string, archive: Archive): Promise<Missing[]> {
  const missing: Missing[] = [];
  const part = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      missing.push({ what, why: (error as Error).message });
      return false;
    }
  };
  const workflow = await aboutWorkflow(client, batch);
  await archive.add('workflow.json', workflow);
  await askBatch(client, batch, workflow.status, archive, part);
  await addHistories(client, batch, workflow.memo?.account, archive, part);
  return missing;
}

type Part = (what: string, work: () => Promise<void>) => Promise<boolean>;

/** What Temporal itself says of the batch's workflow: it needs no worker. */
async function aboutWorkflow(client: Client, batch: string) {
  // Says in a sentence where there is no such batch.
  const status = await batchClient(client, batch).status();
  const { raw, memo, searchAttributes, ...found } = await client.workflow
    .getHandle(batchWorkflowId(batch))
    .describe();
  return {
    workflowId: found.workflowId,
    runId: found.runId,
    status,
    taskQueue: found.taskQueue,
    startTime: found.startTime,
    closeTime: found.closeTime,
    historyLength: found.historyLength,
    historySize: found.historySize,
    memo: memo as { account?: string } | undefined,
    searchAttributes,
    pendingActivities: (raw.pendingActivities ?? []).map((activity) => ({
      activity: activity.activityType?.name,
      attempt: activity.attempt,
      lastFailure: activity.lastFailure?.message,
    })),
  };
}

/** What the batch itself answers: it needs a worker. */
async function askBatch(
  client: Client,
  name: string,
  status: Parameters<typeof howItStands>[0],
  archive: Archive,
  part: Part,
): Promise<void> {
  const batch = batchClient(client, name);
  const withinTime = <T>(work: () => Promise<T>) => client.withDeadline(Date.now() + answerMs, work);
  let servers: ServerView[] = [];
  const isAnswered = await part('status, report, journal and explanations', async () => {
    const queue = await queueOf(batch);
    if (!(await hasWorker(client, queue)))
      throw new Error(
        `no worker takes work from task queue '${queue}', so the batch (it ${howItStands(status)}) does not answer. Start one, then bundle again: ${workerOf(queue)}`,
      );
    const progress = await withinTime(() => batch.progress());
    servers = await withinTime(() => batch.servers());
    const looks = await withinTime(() => lookAtServers(batch, servers));
    const seen = inSight(servers, looks);
    const now = await batch.now();
    await archive.add('status.json', {
      ...batchJson({ progress, servers: seen }),
      troubles: troubleGroups(troublesOf(looks, now, progress.webhook)),
    });
    const leftPlan = await withinTime(() => batch.leftPlan());
    const report = buildBatchReport({ progress, servers: seen, leftPlan, generatedAt: new Date(now) });
    await archive.add('report.json', report);
    await archive.add('report.md', markdownReport(report));
    const handle = client.workflow.getHandle(batchWorkflowId(name));
    await archive.add('journal.json', await withinTime(() => handle.query(journalQuery)));
  });
  if (!isAnswered) return;
  const failed = servers.filter(({ phase, leftover }) => phase === 'failed' || leftover !== undefined);
  const explained = failed.slice(0, most.explanations);
  for (const [i, { server }] of explained.entries()) {
    const done = await part(`the explanation of ${server}`, async () => {
      const { server: story, ...more } = await withinTime(() => explanationOf(client, name, server));
      await archive.add(`explanations/${i + 1}-${fileName(server)}.json`, { ...story, ...more });
    });
    if (!done) break;
  }
  await part('explanations', () => tooMany(failed.length, explained.length, 'servers that failed'));
}

async function tooMany(found: number, taken: number, what: string): Promise<void> {
  if (found > taken) throw new Error(`${found} ${what}: only the first ${taken} are here`);
}

async function addHistories(
  client: Client,
  batch: string,
  account: string | undefined,
  archive: Archive,
  part: Part,
): Promise<void> {
  const add = async (file: string, workflowId: string, runId?: string) =>
    void (await part(`the history of ${workflowId}`, async () => {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      await archive.add(`histories/${file}.json`, await historyJson(history));
    }));
  const batchId = batchWorkflowId(batch);
  await add('batch', batchId);
  await part('earlier runs of the batch', async () => {
    const [, ...earlier] = await newest(client, `WorkflowId = '${quoted(batchId)}'`, most.runsOfBatch);
    for (const [i, { runId }] of earlier.entries()) await add(`batch-earlier-${i + 1}`, batchId, runId);
  });
  if (account !== undefined) await add('quota', quotaWorkflowId(account));
  await part('the list of its servers in Temporal', async () => {
    const ofBatch = `WorkflowType = 'serverMigration' AND SmcBatch = '${quoted(batch)}' AND ExecutionStatus`;
    const failed = await newest(client, `${ofBatch} = 'Failed'`, most.failed);
    const running = await newest(client, `${ofBatch} = 'Running'`, most.others);
    const others = await newest(
      client,
      `${ofBatch} NOT IN ('Failed', 'Running')`,
      most.others - running.length,
    );
    const prefix = serverWorkflowId(batch, '').length;
    for (const [i, { workflowId, runId }] of [...failed, ...running, ...others].entries())
      await add(`servers/${i + 1}-${fileName(workflowId.slice(prefix))}`, workflowId, runId);
    if (failed.length === most.failed)
      throw new Error(`of the servers that failed only the newest ${most.failed} histories are here`);
  });
}

const quoted = (text: string) => text.replaceAll("'", "''");

async function newest(client: Client, query: string, count: number): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  if (count <= 0) return found;
  for await (const one of client.workflow.list({ query })) {
    found.push(one);
    if (found.length === count) break;
  }
  return found;
}
