import type { Client } from '@temporalio/client';
import type { BatchMemo } from '../../../workflows/contract/ends/batch-end';
import { smcPhase } from '../../../workflows/contract/search-attributes';
import type { BatchProgress } from '../../../workflows/contract/views';
import { batchClient, hasWorker } from '../../batch-client/batch-client';
import { applyAgain } from '../../batch-client/plan-file';
import { withClient } from '../../batch-client/session';
import { countsLine, zonedTime } from '../../report';
import { printer, printJson, type TableFormat, tableColumns } from '../../terminal/output';
import { type Column, plainLine, tableLines } from '../../text';

/** Lists all batches on stdout. */
export const list = (output: TableFormat) => withClient((client) => listBatches(client, output));

/** One batch of the list; `-o json` prints it as it is. */
interface BatchRow {
  batch: string;
  /** Of the workflow, as Temporal has it. */
  status: string;
  /** Of the batch itself: `paused`, `stopped`, … */
  phase?: string;
  started: string;
  /** Why it was terminated, or could not start. */
  why?: string;
  /** What to type, where it waits for an order or servers have failed or were cancelled; any one of these. */
  next?: string[];
  servers?: number;
  /** Of a batch that has ended phases without servers are left out. */
  counts?: BatchMemo['counts'];
  accountTrouble?: BatchProgress['accountTrouble'];
}

/** Lists the batches that Temporal still knows, newest first. */
export async function listBatches(client: Client, output: TableFormat): Promise<void> {
  const rows: BatchRow[] = [];
  const answers = new Map<string, Promise<boolean>>();
  const seen = new Set<string>();
  for await (const execution of client.workflow.list({ query: "WorkflowType = 'batch'" })) {
    const batch = execution.workflowId.replace(/^smc-batch:/, '');
    // Newest first: only the newest run of a batch is shown.
    if (seen.has(batch)) continue;
    seen.add(batch);
    const status = execution.status.name.toLowerCase();
    const queue = execution.taskQueue;
    const memo = execution.memo as Partial<BatchMemo> | undefined;
    const hasNoEnd = status === 'terminated' || (status === 'failed' && !memo?.counts);
    if (!answers.has(queue)) answers.set(queue, hasWorker(client, queue));
    const progress =
      status === 'running' && (await answers.get(queue))
        ? await briefly(client, () => batchClient(client, batch).progress())
        : undefined;
    rows.push({
      batch,
      status,
      phase: execution.typedSearchAttributes.get(smcPhase),
      started: execution.startTime.toISOString(),
      why: hasNoEnd ? await whyWithoutEnd(client, execution) : undefined,
      next: progress?.next ?? nextAfterEnd(memo),
      servers: progress?.total ?? totalOf(memo),
      counts: progress?.counts ?? memo?.counts,
      accountTrouble: progress?.accountTrouble,
    });
  }
  if (output === 'json') return printJson(rows);
  const empty = 'There are no batches. Start one with: smc-batch apply PLAN';
  const print = printer(output);
  tableLines(columns, rows, { columns: tableColumns(output), empty }).forEach(print);
  // Below the table, where no column cuts a command short.
  const orders = rows.filter(({ next }) => next?.length);
  if (orders.length > 0) print();
  for (const { batch, next = [] } of orders) print(`${plainLine(batch)}  next: ${next.join(', or ')}`);
}

/** The memo's `servers` are those of the plan at the start: one that was changed since is counted by how its servers ended. */
function totalOf({ servers, counts }: Partial<BatchMemo> = {}): number | undefined {
  return counts ? Object.values(counts).reduce((sum, count) => sum + count, 0) : servers;
}

/** As the batch itself says it: one that has ended takes no orders. */
function nextAfterEnd({ counts = {}, planFile }: Partial<BatchMemo> = {}) {
  const { failed = 0, cancelled = 0 } = counts;
  return failed + cancelled > 0 ? [applyAgain({ planFile })] : undefined;
}

const columns: Column<BatchRow>[] = [
  { title: 'batch', rank: 1, least: 28, cell: ({ batch }) => batch },
  { title: 'status', rank: 1, cell: shownStatus },
  { title: 'started', rank: 3, cell: ({ started }) => zonedTime(Date.parse(started)) },
  {
    title: 'servers',
    rank: 2,
    least: 40,
    cell: (row) => (row.why ? `${countsOf(row)}; ${row.why}` : countsOf(row)),
  },
];

/** Temporal's word says less than the batch's: one that has ended with failed servers is no failure of the batch. */
function shownStatus({ status, phase, counts }: BatchRow): string {
  if (status === 'running') return phase ?? status;
  if (status === 'cancelled') return status;
  if (status === 'completed' || counts) return phase ?? 'ended';
  return status === 'failed' ? 'could not start' : status.replace('_', ' ');
}

function countsOf({ counts, servers = 0, accountTrouble }: BatchRow): string {
  const refused = accountTrouble
    ? `; the account refuses calls: ${plainLine(accountTrouble.error.code)}`
    : '';
  if (counts) return `${countsLine({ counts, total: servers })}${refused}`;
  return servers > 0 ? `${servers} servers` : '';
}

async function whyWithoutEnd(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<string | undefined> {
  return client.workflow.result(workflowId, runId, { followRuns: false }).then(
    () => undefined,
    (error: Error) => (error.cause instanceof Error ? error.cause.message : undefined),
  );
}

/** A batch on a task queue without a worker does not answer: the list goes on without its counts. */
async function briefly<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  return client.withDeadline(Date.now() + 3_000, ask).catch(() => undefined);
}
