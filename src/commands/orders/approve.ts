import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `approve BATCH WAVE`: open the gate of a wave that waits for it. */
export function approveCommand(): Command {
  return new Command('approve')
    .summary('let a wave start that waits for it')
    .description('let a wave start that waits for approval')
    .argument('<batch>', "the batch's name")
    .argument('<wave>', "the wave's name")
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .showHelpAfterError('Example: smc-batch approve dc1-exit web (smc-batch status dc1-exit shows its waves)')
    .addHelpText(
      'after',
      `
Example:
  smc-batch approve dc1-exit web --yes

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, wave: string, options: OrderOptions) =>
      (await import('../../actions/batch/order.js')).order('approve', batch, { wave }, options),
    );
}
