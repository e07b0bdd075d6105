import { Command } from 'commander';
import { type OutputFormat, outputOption } from '../terminal/output';

/** `explain BATCH SERVER`: the whole story of one server. */
export function explainCommand(): Command {
  return new Command('explain')
    .summary('tell why a server is where it is')
    .description(
      'tell why a server is where it is: its phase, what it waits for, its errors, and what to type next',
    )
    .argument('<batch>', "the batch's name")
    .argument('<server>', "the server's name in the plan")
    .addOption(outputOption())
    .showHelpAfterError(
      'Example: smc-batch explain dc1-exit web-07 (smc-batch status dc1-exit shows its servers)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  smc-batch explain dc1-exit web-07\n\nExit codes: 0 explained, 1 no worker answers, 2 there is no such batch or server.',
    )
    .action(async (batch: string, server: string, { output }: { output: OutputFormat }) =>
      (await import('../actions/batch/explain.js')).explain(batch, server, output),
    );
}
