import { Command, Option } from 'commander';
import type { InventoryOptions } from '../actions/plan/inventory';

/** `inventory`: the account's source servers, as a list or as a plan to begin with. */
export function inventoryCommand(): Command {
  return new Command('inventory')
    .summary("list the account's servers, or plan them")
    .description("list the account's source servers, or write the plan that migrates them")
    .addOption(
      new Option(
        '-o, --output <format>',
        'what to print on stdout; wide: text with all columns of the table; plan: the plan itself',
      )
        .choices(['text', 'wide', 'json', 'csv', 'plan'])
        .default('text'),
    )
    .addOption(
      new Option('--state <state>', 'only sources in this state').choices([
        'Available',
        'InUse',
        'Unavailable',
        'Deleting',
      ]),
    )
    .option('--plan <file>', 'write a plan of the sources to this file (YAML)')
    .option('--name <batch>', "name of that plan's batch (default: the file's name)")
    .option('--region <id>', 'region of that plan', 'cn-hangzhou')
    .option('--force', 'overwrite the file where it exists', false)
    .addHelpText(
      'after',
      `
The plan has every source server with its own disk sizes. A source server that cannot be migrated, or was migrated
already, is a comment in the plan, with the reason. Sizes are GiB. usedAtMost is the sum of the partitions: SMC does not
tell what is used.

Settings: SMC_ENDPOINT and the credentials of 'smc-batch worker'. Nothing is changed in the account.

Examples:
  smc-batch inventory
  smc-batch inventory --state Unavailable
  smc-batch inventory -o csv > sources.csv
  smc-batch inventory --plan dc1-exit.yaml --region cn-shanghai

Exit codes: 0 listed or written, 1 the account cannot be read or no source can be migrated, 2 wrong usage or the file
exists.`,
    )
    .action(async (options: InventoryOptions) =>
      (await import('../actions/plan/inventory.js')).inventory(options),
    );
}
