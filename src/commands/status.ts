import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { countsLine, textReport, textTable } from '../report';
import { taskQueue } from '../temporal';
import { batchClient, hasWorker } from './batch-client';
import { CommandFailure } from './failure';
import { failureOf } from './follow';
import { colors, type OutputFormat, outputOption, printer, printJson } from './output';
import { withClient } from './session';

/** `status [BATCH]`: one batch, or all. */
export function statusCommand(): Command {
  return new Command('status')
    .description('show one batch with its servers, or list all batches')
    .argument('[batch]', "the batch's name")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  smc-batch status                    all batches Temporal still knows
  smc-batch status dc1-exit           one batch, server by server
  smc-batch status dc1-exit -o json   the same for a script`,
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
  if (output === 'json') return printJson({ progress, servers });
  const print = printer(output);
  const c = colors();
  print(`${c.bold(name)}  ${progress.status}, since ${progress.startedAt}`);
  const trouble = progress.status === 'surveying' ? await batch.trouble() : undefined;
  if (trouble) print(trouble);
  if (progress.waiting) print(`waiting: ${progress.waiting}`);
  const { inUse, cap } = progress.slots;
  print(`running ${inUse.running} of ${cap.running}, jobs existing ${inUse.existing} of ${cap.existing}`);
  print();
  for (const line of textReport({ progress, servers }, c)) print(line);
}

async function listBatches(client: Client, output: OutputFormat): Promise<void> {
  const rows: { batch: string; status: string; started: string; servers?: number; line?: string }[] = [];
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
    const servers = execution.memo?.servers as number | undefined;
    rows.push({
      batch,
      status,
      started: execution.startTime.toISOString(),
      servers,
      line: progress && countsLine(progress),
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
    row.status,
    row.started,
    row.line ?? (row.servers ? `${row.servers} servers` : ''),
  ]);
  for (const line of textTable(['batch', 'status', 'started', 'servers'], table)) print(line);
}

/** A batch on a task queue without a worker does not answer: the list goes on without its counts. */
async function briefly<T>(client: Client, ask: () => Promise<T>): Promise<T | undefined> {
  return client.withDeadline(Date.now() + 3_000, ask).catch(() => undefined);
}
