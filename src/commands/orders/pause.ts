import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `pause BATCH [SERVER…]`: start nothing more of it for now. */
export function pauseCommand(): Command {
  return new Command('pause')
    .summary('start nothing more for now')
    .description('start nothing more of a batch, some waves or some servers; what runs goes on')
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('--wave <wave...>', 'only these waves')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Examples:
  smc-batch pause dc1-exit --yes              the whole batch
  smc-batch pause dc1-exit --wave data        one wave
  smc-batch pause dc1-exit db-01 db-02        two servers

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(
      async (batch: string, servers: string[], { wave, ...options }: OrderOptions & { wave?: string[] }) =>
        (await import('../../actions/batch/order.js')).order(
          'pause',
          batch,
          { servers: servers.length > 0 ? servers : undefined, waves: wave },
          options,
        ),
    );
}
