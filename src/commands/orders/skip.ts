import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `skip BATCH SERVER…`: leave servers out. */
export function skipCommand(): Command {
  return new Command('skip')
    .summary('leave servers out')
    .description('leave servers out that wait or have failed')
    .argument('<batch>', "the batch's name")
    .argument('<server...>', 'the servers to leave out')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Example:
  smc-batch skip dc1-exit old-01 --yes

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, servers: string[], options: OrderOptions) =>
      (await import('../../actions/batch/order.js')).order('skip', batch, { servers }, options),
    );
}
