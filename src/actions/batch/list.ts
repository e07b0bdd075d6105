import type { Client } from '@temporalio/client';
import { smcPhase } from '../../../workflows/contract/search-attributes';
import type { BatchProgress } from '../../../workflows/contract/views';
import { batchClient, hasWorker } from '../../batch-client/batch-client';
import { withClient } from '../../batch-client/session';
import { countsLine } from '../../report';
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
  /** Why it was terminated. */
  why?: string;
  servers?: number;
  counts?: BatchProgress['counts'];
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
      why: status === 'terminated' ? await whyTerminated(client, execution) : undefined,
      servers: progress?.total ?? (execution.memo?.servers as number | undefined),
      counts: progress?.counts,
      accountTrouble: progress?.accountTrouble,
    });
  }
  if (output === 'json') return printJson(rows);
  const empty = 'There are no batches. Start one with: smc-batch apply PLAN';
  tableLines(columns, rows, { columns: tableColumns(output), empty }).forEach(printer(output));
}

const columns: Column<BatchRow>[] = [
  { title: 'batch', rank: 1, least: 28, cell: ({ batch }) => batch },
  {
    title: 'status',
    rank: 1,
    cell: ({ status, phase }) => (status === 'running' ? (phase ?? status) : status),
  },
  { title: 'started', rank: 3, cell: ({ started }) => started },
  {
    title: 'servers',
    rank: 2,
    least: 24,
    cell: (row) => (row.why ? `${countsOf(row)}; ${row.why}` : countsOf(row)),
  },
];

function countsOf({ counts, servers = 0, accountTrouble }: BatchRow): string {
  const refused = accountTrouble
    ? `; the account refuses calls: ${plainLine(accountTrouble.error.code)}`
    : '';
  if (counts) return `${countsLine({ counts, total: servers })}${refused}`;
  return servers > 0 ? `${servers} servers` : '';
}

async function whyTerminated(
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
