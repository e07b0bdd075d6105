import { Command } from 'commander';
import { batchClient } from './batch-client';
import { follow, interruptSignal } from './follow';
import { type OutputFormat, outputOption } from './output';
import { withClient } from './session';

/** `watch BATCH`: live, and leaves the batch alone when you leave. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('show a batch live until it has ended; leaving leaves the batch alone')
    .argument('<batch>', "the batch's name")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Example:
  smc-batch watch dc1-exit

Exit codes: 0 all migrated (or you left), 3 finished with failed servers, 4 cancelled.`,
    )
    .action(async (name: string, options: { output: OutputFormat }) => {
      await withClient(async (client) => {
        const interrupt = interruptSignal();
        process.exitCode = await follow(batchClient(client, name), options.output, interrupt.signal).finally(
          interrupt.dispose,
        );
      });
    });
}
