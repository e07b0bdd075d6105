import { Command, Option } from 'commander';
import type { ImportCommandOptions } from '../actions/plan/import';
import { tableEncodings } from '../plan/files/text-encoding';

/** `smc-batch import FILE`: a plan of the servers in another tool's export. */
export function importCommand(): Command {
  return new Command('import')
    .summary("make a plan of another tool's export")
    .description(
      "make a plan of the servers in another tool's export (CSV), matched with the account's source servers",
    )
    .argument('<file>', 'the export: a CSV, as the tool or a spreadsheet saves it')
    .option('--map <file>', 'what its headers mean, and the plan around its servers (YAML)')
    .option('-o, --output <file>', 'write the plan to this file (default: to stdout)')
    .option('--name <batch>', "name of the batch (default: the map's, or the output file's name)")
    .option('--region <id>', 'region of the images, where the map has none', 'cn-hangzhou')
    .addOption(
      new Option('--encoding <name>', 'encoding of the export (default: as its bytes show)').choices([
        ...tableEncodings,
      ]),
    )
    .option('--strict', 'write nothing when a row has no source server', false)
    .option('--force', 'overwrite the output file where it exists', false)
    .addHelpText(
      'after',
      `
Rows are matched with the account's source servers by id, name, host name and IP address: what a row says of these must
mean the same source. Rows without a source are listed with the nearest one, and are comments in the plan. All mistakes of
the file are shown at once; nothing is written before there is none. Nothing is changed in the account.

Maps for exports of RVTools, AWS MGN, AWS Cloud Migration Factory and Azure Migrate are in examples/import/.

Examples:
  smc-batch import vms.csv --map examples/import/rvtools.map.yaml -o dc1.yaml
  smc-batch apply dc1.yaml --watch

Exit codes: 0 written, 1 the account cannot be read or no row has a source, 2 wrong usage, a mistake in a file, or the
output file exists.`,
    )
    .action(async (file: string, options: ImportCommandOptions) =>
      (await import('../actions/plan/import.js')).importServers(file, options),
    );
}
