import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { outputOption } from '../../terminal/output';

/** `resume BATCH [SERVER…]`: go on, also after a stop for too many failures. */
export function resumeCommand(): Command {
  return new Command('resume')
    .summary('go on after a pause or a stop')
    .description('go on with what was paused, or with a batch that stopped for too many failures')
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('--wave <wave...>', 'only these waves')
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A batch that has stopped accepts its failures so far and goes on; 'retry' tries the failed servers again instead.

Examples:
  smc-batch resume dc1-exit --yes
  smc-batch resume dc1-exit --wave data

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(
      async (batch: string, servers: string[], { wave, ...options }: OrderOptions & { wave?: string[] }) =>
        (await import('../../actions/batch/order.js')).order(
          'resume',
          batch,
          { servers: servers.length > 0 ? servers : undefined, waves: wave },
          options,
        ),
    );
}
