import { Command } from 'commander';
import type { ApplyOptions } from '../actions/apply';
import { outputOption } from '../terminal/output';

/** `apply PLAN`: start the batch, or take it up again. */
export function applyCommand(): Command {
  return new Command('apply')
    .summary('start a batch, or take it up again')
    .description(
      'start the batch of a plan, or take it up again: what is done is skipped, what runs is joined',
    )
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay and show the batch until it has ended', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Applied again while it runs, a plan that has changed changes the batch, as far as that can still be done.

Examples:
  smc-batch apply batch.yaml                 shows what it would start, asks, starts it and returns
  smc-batch apply batch.yaml --yes --watch   starts it and stays until the last server has ended

Exit codes: 0 started, also when no worker runs yet, which is said on stderr (with --watch: all migrated, or you left),
2 the plan is not valid or the batch cannot change to it, 3 finished with failed servers, 4 cancelled or not confirmed,
1 the batch cannot look its sources up (it goes on once it can), or anything else.`,
    )
    .action(async (plan: string, options: ApplyOptions) =>
      (await import('../actions/apply.js')).apply(plan, options),
    );
}
