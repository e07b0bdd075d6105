import { Command } from 'commander';
import type { CleanupOptions } from '../actions/batch/cleanup';
import { tableOutputOption } from '../terminal/output';

/** `cleanup BATCH`: delete the jobs a batch has left in the account. */
export function cleanupCommand(): Command {
  return new Command('cleanup')
    .summary('delete jobs that a batch has left')
    .description(
      'delete the replication jobs that a batch has left in the account: jobs with its tags that no workflow works on',
    )
    .argument('<batch>', "the batch's name")
    .option('-y, --yes', 'do not ask first', false)
    .option('--dry-run', 'only show what would be deleted', false)
    .option(
      '--temporal-lost',
      'the Temporal server that ran this batch is gone for ever: also delete jobs that it may have worked on',
      false,
    )
    .addOption(tableOutputOption())
    .addHelpText(
      'after',
      `
A Stopped or InError job keeps a billed intermediate instance until it is deleted. cleanup touches only jobs that carry
this batch's tags. SMC stops a running job only while it is Syncing; another running job is left, unless it ends soon:
clean up again later. A Finished job is a migration that is done: its source server is tagged as migrated before the
job is deleted, so that 'apply' skips it. Images stay. cleanup needs the SMC settings of 'smc-batch worker'.

A job that a workflow of this Temporal server works on is left alone. So is a job that another Temporal server may work
on: where this one does not know the batch or the server, only Finished and Expired jobs are deleted. Set
TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE to the server that runs the batch. --temporal-lost is for a Temporal server that
will never come back.

Examples:
  smc-batch cleanup dc1-exit --dry-run
  smc-batch cleanup dc1-exit --yes

Exit codes: 0 none is left but those under way (or --dry-run), 3 some are left, 4 not confirmed, 1 anything else.`,
    )
    .action(async (batch: string, options: CleanupOptions) =>
      (await import('../actions/batch/cleanup.js')).cleanup(batch, options),
    );
}
