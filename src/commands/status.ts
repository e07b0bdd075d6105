import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { BatchProgress } from '../../workflows/messages';
import { smcPhase } from '../../workflows/search-attributes';
import { countsLine, textReport, textTable } from '../report';
import { taskQueue } from '../temporal';
import { batchClient, hasWorker } from './batch-client';
import { batchJson } from './batch-json';
import { CommandFailure } from './failure';
import { failureOf } from './follow';
import { colors, type OutputFormat, outputOption, printer, printJson } from './output';
import { withClient } from './session';

/** `status [BATCH]`: one batch, or all. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show one batch, or list all')
    .description('show one batch with its servers, or list all batches')
    .argument('[batch]', "the batch's name")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  smc-batch status                    all batches Temporal still knows
  smc-batch status dc1-exit           one batch, server by server
  smc-batch status dc1-exit -o json   the same for a script

Exit codes: 0 shown, however the batch fares; 1 there is no such batch, or nobody answers for it.`,
    )
    .action(async (name: string | undefined, options: { output: OutputFormat }) => {
      await withClient((client) =>
        name ? showBatch(client, name, options.output) : listBatches(client, options.output),
      );
    });
}

async function showBatch(client: Client, name: string, output: OutputFormat): Promise<void> {
  const batch = batchClient(client, name);
  const status = await batch.status();
  if (status === 'FAILED' || status === 'TERMINATED') throw await failureOf(batch, status);
  if (!(await hasWorker(client))) {
    throw new CommandFailure(
      `Batch '${name}' is ${status.toLowerCase()}, but no worker answers on task queue '${taskQueue()}'. Start one with: smc-batch worker`,
    );
  }
  const progress = await batch.progress();
  const servers = await batch.servers();
  const trouble = progress.status === 'surveying' ? await batch.trouble() : undefined;
  if (output === 'json') return printJson({ ...batchJson({ progress, servers }), trouble });
  const print = printer(output);
  const c = colors();
  print(`${c.bold(name)}  ${progress.status}, since ${progress.startedAt}`);
  if (trouble) print(trouble);
  if (progress.waiting) print(`waiting: ${progress.waiting}`);
  const { inUse, cap } = progress.slots;
  print(`running ${inUse.running} of ${cap.running}, jobs existing ${inUse.existing} of ${cap.existing}`);
  print();
  for (const line of textReport({ progress, servers, generatedAt: new Date() }, c)) print(line);
}

/** One batch of the list; `-o json` prints it as it is. */
interface BatchRow {
  batch: string;
  /** Of the workflow, as Temporal has it. */
  status: string;
  /** Of the batch itself: `paused`, `stopped`, … */
  phase?: string;
  started: string;
  servers?: number;
  counts?: BatchProgress['counts'];
}

async function listBatches(client: Client, output: OutputFormat): Promise<void> {
  const rows: BatchRow[] = [];
  const answers = await hasWorker(client);
  const seen = new Set<string>();
  for await (const execution of client.workflow.list({ query: "WorkflowType = 'batch'" })) {
    const batch = execution.workflowId.replace(/^smc-batch:/, '');
    // Newest first: earlier runs of the same batch are its past.
    if (seen.has(batch)) continue;
    seen.add(batch);
    const status = execution.status.name.toLowerCase();
    const progress =
      answers && status === 'running'
        ? await briefly(client, () => batchClient(client, batch).progress())
        : undefined;
    rows.push({
      batch,
      status,
      phase: execution.typedSearchAttributes.get(smcPhase),
      started: execution.startTime.toISOString(),
      servers: progress?.total ?? (execution.memo?.servers as number | undefined),
      counts: progress?.counts,
    });
  }
  if (output === 'json') return printJson(rows);
  const print = printer(output);
  if (rows.length === 0) {
    print('There are no batches. Start one with: smc-batch apply PLAN');
    return;
  }
  const table = rows.map((row) => [
    row.batch,
    row.status === 'running' ? (row.phase ?? row.status) : row.status,
    row.started,
    countsOf(row),
  ]);
  for (const line of textTable(['batch', 'status', 'started', 'servers'], table)) print(line);
}

function countsOf({ counts, servers = 0 }: BatchRow): string {
  if (counts) return countsLine({ counts, total: servers });
  return servers > 0 ? `${servers} servers` : '';
}

/** A batch on a task queue without a worker does not answer: the list goes on without its counts. */
async function briefly<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  return client.withDeadline(Date.now() + 3_000, ask).catch(() => undefined);
}
