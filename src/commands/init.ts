import { Command, Option } from 'commander';
import type { InitOptions, Terminal } from '../actions/plan/init';

/** `smc-batch init [DIR]`: a plan to edit, with the JSON Schema an editor completes it by. */
export function initCommand(terminal?: Terminal): Command {
  return new Command('init')
    .summary('write a plan to edit')
    .description('write a plan to edit, with its JSON Schema for your editor')
    .argument('[dir]', 'where to write it', '.')
    .option('--name <batch>', 'name of the batch (default: the name of the directory)')
    .option('--region <id>', 'region the images are made in (default: cn-hangzhou)')
    .addOption(
      new Option('--servers <form>', 'servers in the plan, or in a CSV beside it (default: yaml)').choices([
        'yaml',
        'csv',
      ]),
    )
    .option('--force', 'overwrite files that exist')
    .addHelpText(
      'after',
      `
Writes batch.yaml, smc-batch.schema.json and, with --servers csv, servers.csv.
Asks for what the flags do not say; without a terminal it takes the defaults.

Examples:
  smc-batch init
  smc-batch init dc1 --name dc1-exit --region cn-shanghai --servers csv

Exit codes: 0 written, 2 wrong usage, or a file exists or cannot be written, 4 broken off.`,
    )
    .action(async (dir: string, options: InitOptions) =>
      (await import('../actions/plan/init.js')).init(dir, options, terminal),
    );
}
