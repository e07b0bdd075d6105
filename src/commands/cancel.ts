import { Command } from 'commander';
import { batchClient } from './batch-client';
import { confirm } from './confirm';
import { CommandFailure } from './failure';
import { follow, interruptSignal } from './follow';
import { type OutputFormat, outputOption, printer, printJson } from './output';
import { withClient } from './session';

/** `cancel BATCH`: stop and clean up what runs, start nothing more. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .description('start nothing more, stop the running jobs as soon as the API allows, and clean them up')
    .argument('<batch>', "the batch's name")
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay until the last job is cleaned up', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A job can be stopped only while it is Syncing; one that is further on ends by itself, and then counts as migrated.

Example:
  smc-batch cancel dc1-exit --yes --watch`,
    )
    .action(async (name: string, options: { yes: boolean; watch: boolean; output: OutputFormat }) => {
      await withClient(async (client) => {
        const batch = batchClient(client, name);
        const status = await batch.status();
        if (status !== 'RUNNING')
          throw new CommandFailure(`Batch '${name}' does not run: it is ${status.toLowerCase()}.`);
        await confirm(`Cancel batch '${name}'?`, options.yes);
        await batch.cancel();
        const print = printer(options.output);
        print(`Batch '${name}' is being cancelled; its jobs are stopped and deleted.`);
        if (options.watch) {
          const interrupt = interruptSignal();
          process.exitCode = await follow(batch, options.output, interrupt.signal).finally(interrupt.dispose);
        } else if (options.output === 'json') {
          printJson({ batch: name, status: 'cancelling' });
        }
      });
    });
}
