import { Command } from 'commander';
import { limitsUpdate } from '../../workflows/messages';
import { outputOption } from './output';
import { type OrderOptions, order } from './send-order';

/** `limits BATCH`: change how much runs at once, live. */
export function limitsCommand(): Command {
  return new Command('limits')
    .description('change how much of a batch runs at once, and the quotas of its account, while it runs')
    .argument('<batch>', "the batch's name")
    .option('--max-concurrent <n>', 'servers of this batch at once', Number)
    .option('--jobs-quota <n>', 'jobs that may exist in the account', Number)
    .option('--running-quota <n>', 'jobs that may run in the account', Number)
    .option('--priority <n>', 'among the batches of the account', Number)
    .option('-y, --yes', 'do not ask first', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Lowering a limit never breaks a running job: fewer are started until it is kept.

Example:
  smc-batch limits dc1-exit --max-concurrent 20 --yes`,
    )
    .action((batch: string, { yes, output, ...limits }: OrderOptions & Limits) =>
      order(batch, limitsUpdate, limits, `Change the limits of batch '${batch}'?`, { yes, output }),
    );
}

interface Limits {
  maxConcurrent?: number;
  jobsQuota?: number;
  runningQuota?: number;
  priority?: number;
}
