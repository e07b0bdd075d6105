import { Command } from 'commander';
import type { OrderOptions } from '../../actions/batch/order';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { numberFrom } from '../../terminal/number-argument';
import { outputOption } from '../../terminal/output';

/** `limits BATCH`: change how much runs at once, live. */
export function limitsCommand(): Command {
  return new Command('limits')
    .summary('change how much runs at once')
    .description('change how much of a batch runs at once, and the quotas of its account, while it runs')
    .argument('<batch>', "the batch's name")
    .option('--max-concurrent <n>', 'let so many servers of this batch run at once', numberFrom(1))
    .option('--jobs-quota <n>', 'let so many jobs exist in the account', numberFrom(1))
    .option('--running-quota <n>', 'let so many jobs run in the account', numberFrom(1))
    .option(
      '--priority <n>',
      'rank of this batch among those of the account; higher goes first',
      numberFrom(-1_000),
    )
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Lowering a limit never breaks a running job: fewer are started until it is kept.

Example:
  smc-batch limits dc1-exit --max-concurrent 20 --yes

Exit codes: 0 done, 2 the batch refuses and says why, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, { yes, output, ...limits }: OrderOptions & Limits) => {
      if (Object.keys(limits).length === 0) {
        throw new CommandFailure('Say at least one limit: limits --help lists them.', exitCodes.usage);
      }
      return (await import('../../actions/batch/order.js')).order('limits', batch, limits, { yes, output });
    });
}

interface Limits {
  maxConcurrent?: number;
  jobsQuota?: number;
  runningQuota?: number;
  priority?: number;
}
