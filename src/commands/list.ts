import { Command } from 'commander';
import { type TableFormat, tableOutputOption } from '../terminal/output';

/** `list`: all batches. */
export function listCommand(): Command {
  return new Command('list')
    .summary('list all batches')
    .description('list the batches that Temporal still knows, newest first')
    .addOption(tableOutputOption())
    .addHelpText(
      'after',
      `
Examples:
  smc-batch list
  smc-batch list -o json | jq -r '.[] | select(.status == "running") | .batch'

Exit codes: 0 listed, also when there are none; 1 Temporal does not answer.`,
    )
    .action(async ({ output }: { output: TableFormat }) =>
      (await import('../actions/batch/list.js')).list(output),
    );
}
