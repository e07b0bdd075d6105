import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `retry BATCH [SERVER…]`: migrate failed servers again. */
export function retryCommand(): Command {
  return new Command('retry')
    .summary('try failed servers again')
    .description('try servers of a running batch again: all that failed, or these')
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A batch that has ended takes no orders: apply its plan again, and done servers are skipped.

Examples:
  smc-batch retry dc1-exit --yes
  smc-batch retry dc1-exit web-07

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, servers: string[], options: OrderOptions) =>
      (await import('../../actions/batch/order.js')).order(
        'retry',
        batch,
        { servers: servers.length > 0 ? servers : undefined },
        options,
      ),
    );
}
