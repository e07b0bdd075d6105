import { Command } from 'commander';
import { type TableFormat, tableOutputOption } from '../terminal/output';

/** `status [BATCH]`: one batch; without its name, what `list` prints. */
export function statusCommand(): Command {
  return new Command('status')
    .summary('show one batch with its servers')
    .description('show one batch with its servers, or list all batches')
    .argument('[batch]', "the batch's name")
    .addOption(tableOutputOption())
    .addHelpText(
      'after',
      `
Examples:
  smc-batch status dc1-exit           one batch, server by server
  smc-batch status dc1-exit -o json   the same for a script
  smc-batch status                    the same as: smc-batch list

Exit codes: 0 shown, also of a batch that failed; 1 no worker answers for it, 2 there is no such batch.`,
    )
    .action(async (batch: string | undefined, { output }: { output: TableFormat }) =>
      (await import('../actions/batch/status.js')).status(batch, output),
    );
}
