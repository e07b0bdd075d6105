import { Command } from 'commander';
import type { ApplyOptions } from '../actions/batch/apply';
import { outputOption } from '../terminal/output';

/** `apply PLAN`: start the batch, or go on with it. */
export function applyCommand(): Command {
  return new Command('apply')
    .summary('start a batch, or go on with it')
    .description(
      'start the batch of a plan, or go on with it: done servers are skipped, live jobs are adopted',
    )
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay and show the batch until it has ended', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
A changed plan, applied while its batch runs, changes the batch: what has not started, and its settings.

Examples:
  smc-batch apply batch.yaml                 shows what it would start, asks, starts it and returns
  smc-batch apply batch.yaml --yes --watch   starts it and stays until the last server has ended

Exit codes: 0 started, also when no worker runs yet: stderr says so (with --watch: all migrated, or you left),
2 the plan is not valid or the batch cannot change to it, 3 finished with failed servers, 4 cancelled or not confirmed,
1 the batch cannot read its source servers (it goes on once it can), or anything else.`,
    )
    .action(async (plan: string, options: ApplyOptions) =>
      (await import('../actions/batch/apply.js')).apply(plan, options),
    );
}
