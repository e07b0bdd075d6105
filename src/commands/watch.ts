import { Command } from 'commander';
import { type OutputFormat, outputOption } from '../terminal/output';

/** `watch BATCH`: live; the batch goes on when you leave. */
export function watchCommand(): Command {
  return new Command('watch')
    .summary('show a batch live')
    .description('show a batch live until it has ended; the batch goes on when you leave')
    .argument('<batch>', "the batch's name")
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
On a terminal, p pauses the batch and resumes it, q or Ctrl-C leaves. Elsewhere there is a line for each change.

Example:
  smc-batch watch dc1-exit

Exit codes: 0 all migrated (or you left), 3 finished with failed servers or stopped for them, 4 cancelled, 1 anything
else.`,
    )
    .action(async (batch: string, { output }: { output: OutputFormat }) =>
      (await import('../actions/batch/watch.js')).watch(batch, output),
    );
}
