import { Command } from 'commander';
import type { CleanupOptions } from '../actions/cleanup';
import { outputOption } from '../terminal/output';

/** `cleanup BATCH`: delete the jobs a batch has left in the account. */
export function cleanupCommand(): Command {
  return new Command('cleanup')
    .summary('delete jobs that a batch has left')
    .description(
      'delete the replication jobs that a batch has left in the account: those with its tags that no workflow has under way',
    )
    .argument('<batch>', "the batch's name")
    .option('-y, --yes', 'do not ask first', false)
    .option('--dry-run', 'only show what would be deleted', false)
    .option(
      '--temporal-lost',
      'the Temporal server that ran this batch is gone for ever: take jobs that it may have at work for left, too',
      false,
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A Stopped or InError job keeps a billed intermediate instance until it is deleted. Only jobs that carry this batch's
tags are touched. One that runs is stopped while it is Syncing; else SMC does not stop it, and it is left if it does not
end soon: clean up again later. A Finished one is a migration that is done: before it is deleted, its source server is
tagged as migrated, so that 'apply' skips it. Images stay. It needs the SMC settings of 'smc-batch worker'.

What a workflow of this Temporal server has under way is left alone. So is what another one may have under way: of a
batch, or a server, that this one does not know only Finished and Expired jobs are deleted. Point TEMPORAL_ADDRESS and
TEMPORAL_NAMESPACE at the server that runs the batch; --temporal-lost is for one that will never come back.

Examples:
  smc-batch cleanup dc1-exit --dry-run
  smc-batch cleanup dc1-exit --yes

Exit codes: 0 none is left but those under way (or --dry-run), 3 some are left, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, options: CleanupOptions) =>
      (await import('../actions/cleanup.js')).cleanup(batch, options),
    );
}
