import { Command, InvalidArgumentError } from 'commander';
import type { PreviewOptions } from '../actions/plan/preview';
import { tableOutputOption } from '../terminal/output';

/** `preview PLAN`: online and read-only: what `apply` would do right now, and why not. */
export function previewCommand(): Command {
  return new Command('preview')
    .summary('show what apply would do, and why not')
    .description(
      'show what apply would do right now, what blocks it, and how long it would take; changes nothing',
    )
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .option('--simulate', 'then rehearse the plan on a simulated copy of your account', false)
    .option(
      '--speed <factor>',
      'simulated seconds in one second of the rehearsal (default: so that it takes about a minute)',
      speedArgument,
    )
    .option('--costs <file>', 'prices for what it would cost (YAML)')
    .addOption(tableOutputOption())
    .addHelpText(
      'after',
      `
preview reads the account (DescribeSourceServers, DescribeReplicationJobs, ListTagResources) with the settings of
'smc-batch worker'. Where Temporal answers, it also reads what this batch works on and what it has migrated before: of a
batch that runs it says what apply would change. The forecast is an estimate: SMC does not tell how full the disks are.

--simulate starts a local Temporal server, a worker and a simulated account with your sources, their disks, troubles
and jobs, and runs the batch in it, without approvals, windows and cutovers. It changes nothing in your account.

--costs FILE prices the quantities under "costs". All fields but currency may be left out:
  costs: { currency: CNY, instanceHour: 0.5, snapshotGiBMonth: 0.12, publicTrafficGiB: 0 }

Examples:
  smc-batch preview batch.yaml
  smc-batch preview batch.yaml -o json | jq -r '.servers[] | select(.verdict == "blocked") | .server'
  smc-batch preview batch.yaml --costs costs.yaml
  smc-batch preview batch.yaml --simulate --speed 600

Exit codes: 0 apply would be clean, 3 servers are blocked (or failed in the rehearsal), 4 the rehearsal was broken off,
2 the plan is not valid, or the batch runs and refuses its changes, 1 anything else.`,
    )
    .action(async (plan: string, options: PreviewOptions) =>
      (await import('../actions/plan/preview.js')).preview(plan, options),
    );
}

function speedArgument(text: string): number {
  const speed = text.trim() === '' ? Number.NaN : Number(text);
  if (!(speed > 0 && Number.isFinite(speed))) throw new InvalidArgumentError('a number above 0');
  return speed;
}
