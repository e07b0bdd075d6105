import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { Command, Option } from 'commander';
import {
  type InventorySource,
  inventoryHeader,
  inventoryRow,
  planSkeleton,
  readInventory,
} from '../inventory';
import { textTable } from '../report';
import { CommandFailure, exitCodes } from '../terminal/failure';
import { colors, linesTo, printJson, sayAside } from '../terminal/output';
import { withSmc } from '../terminal/smc-session';
import { plainTexts, smcBatchCommand, toCsv } from '../text';

interface InventoryOptions {
  output: 'text' | 'json' | 'csv' | 'plan';
  state?: string;
  plan?: string;
  name?: string;
  region: string;
  force: boolean;
}

/** `inventory`: the account's source servers, as a list or as a plan to begin with. */
export function inventoryCommand(): Command {
  return new Command('inventory')
    .summary("list the account's servers, or plan them")
    .description("list the account's source servers, or write the plan that migrates them")
    .addOption(
      new Option('-o, --output <format>', 'what to print on stdout; plan: the plan itself')
        .choices(['text', 'json', 'csv', 'plan'])
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
In the plan every source has its own disk sizes; those that cannot be migrated, or were migrated already, stand in it
as comments with the reason. Sizes are GiB. usedAtMost is the sum of the partitions: SMC does not tell what is used.

Settings: SMC_ENDPOINT and the credentials of 'smc-batch worker'. Nothing is changed in the account.

Examples:
  smc-batch inventory
  smc-batch inventory --state Unavailable
  smc-batch inventory -o csv > sources.csv
  smc-batch inventory --plan dc1-exit.yaml --region cn-shanghai

Exit codes: 0 listed or written, 1 the account cannot be read or no source can be migrated, 2 wrong usage or the file
exists.`,
    )
    .action(inventory);
}

async function inventory(options: InventoryOptions): Promise<void> {
  const sources = await withSmc((smc) => readInventory(smc, { state: options.state }));
  if (options.plan !== undefined) await writePlan(sources, options.plan, options);
  switch (options.output) {
    case 'plan':
      process.stdout.write(skeleton(sources, options.name ?? 'my-batch', options));
      break;
    case 'json':
      printJson(sources);
      break;
    case 'csv':
      process.stdout.write(toCsv(inventoryHeader, sources.map(inventoryRow), '\n'));
      break;
    case 'text':
      if (options.plan !== undefined) return;
      for (const line of listing(plainTexts(sources))) linesTo(process.stdout)(line);
  }
}

function listing(sources: InventorySource[]): string[] {
  if (sources.length === 0) return ['There are no such source servers. The SMC client imports them.'];
  const c = colors();
  const rows = sources.map((source) => {
    const row = inventoryRow(source);
    if (source.trouble) row[2] = c.red(row[2]!);
    else if (source.state !== 'InUse') row[2] = c.green(row[2]!);
    return row;
  });
  const usable = sources.filter(
    ({ trouble, migrated, state }) => !trouble && !migrated && state !== 'InUse',
  ).length;
  return [
    ...textTable([...inventoryHeader], rows),
    '',
    `${sources.length} source servers: ${usable} ready to migrate, ` +
      `${sources.filter(({ migrated }) => migrated).length} migrated already, ` +
      `${sources.filter(({ state }) => state === 'InUse').length} in use, ` +
      `${sources.filter(({ trouble }) => trouble).length} in trouble`,
  ];
}

async function writePlan(sources: InventorySource[], file: string, options: InventoryOptions): Promise<void> {
  const text = skeleton(sources, options.name ?? basename(file, extname(file)), options);
  try {
    await writeFile(file, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? `${file} exists; --force overwrites it` : message;
    throw new CommandFailure(why, exitCodes.usage);
  }
  sayAside(`wrote ${file}`);
  sayAside(`Next: ${smcBatchCommand('validate', [file])}, then ${smcBatchCommand('preview', [file])}`);
}

function skeleton(sources: InventorySource[], name: string, { region }: InventoryOptions): string {
  const batch = name.replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 64) || 'my-batch';
  const { text, servers } = planSkeleton(sources, { name: batch, regionId: region });
  if (servers > 0) return text;
  throw new CommandFailure(
    'No plan was written: none of these source servers can be migrated now. What stands in the way: smc-batch inventory',
  );
}
