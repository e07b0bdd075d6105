import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `cutover BATCH [SERVER…]`: end incremental jobs with their final image. */
export function cutoverCommand(): Command {
  return new Command('cutover')
    .summary('end incremental jobs with a final image')
    .description(
      'end incremental jobs with one last sync and their final image: all that wait for it, or these',
    )
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Stop what writes on the source first: what is written after the last sync is not in the image.

Example:
  smc-batch cutover dc1-exit db-01 --yes

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, servers: string[], options: OrderOptions) =>
      (await import('../../actions/batch/order.js')).order(
        'cutover',
        batch,
        { servers: servers.length > 0 ? servers : undefined },
        options,
      ),
    );
}
