import { Command } from 'commander';
import type { CancelOptions } from '../../actions/batch/cancel';
import { outputOption } from '../../terminal/output';

/** `cancel BATCH [SERVER…]`: stop and clean up what runs, start nothing more. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .summary('stop and clean up')
    .description(
      'stop a batch, or some of its servers: nothing more starts, what runs is stopped and cleaned up',
    )
    .argument('<batch>', "the batch's name")
    .argument('[server...]', 'only these servers')
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay until the last job is cleaned up', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
SMC stops a job only while it is Syncing. A job that is past it ends by itself, and its server counts as migrated.
A whole batch can be cancelled without a worker; its jobs are cleaned up once a worker runs.

Examples:
  smc-batch cancel dc1-exit --yes --watch
  smc-batch cancel dc1-exit web-07 --yes

Exit codes: 0 asked for, 2 the batch refuses and says why, 4 not confirmed, 1 anything else; with --watch as of 'watch'.`,
    )
    .action(async (batch: string, servers: string[], options: CancelOptions) =>
      (await import('../../actions/batch/cancel.js')).cancel(batch, servers, options),
    );
}
