import { Command } from 'commander';
import { retryUpdate } from '../../workflows/messages';
import { outputOption } from './output';
import { type OrderOptions, order } from './send-order';

/** `retry BATCH [SERVER…]`: take failed servers up again. */
export function retryCommand(): Command {
  return new Command('retry')
    .description('take failed or cancelled servers of a running batch up again: all failed ones, or some')
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A batch that has ended is taken up again by applying its plan: what is done is skipped.

Examples:
  smc-batch retry dc1-exit --yes
  smc-batch retry dc1-exit web-07`,
    )
    .action((batch: string, servers: string[], options: OrderOptions) =>
      order(
        batch,
        retryUpdate,
        { servers: servers.length > 0 ? servers : undefined },
        `Retry ${servers.join(', ') || 'all failed servers'} of batch '${batch}'?`,
        options,
      ),
    );
}
