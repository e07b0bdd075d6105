import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import {
  type InventorySource,
  inventoryHeader,
  inventoryRow,
  planSkeleton,
  readInventory,
} from '../../inventory';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { colors, printer, printJson, sayAside, tableColumns } from '../../terminal/output';
import { withSmc } from '../../terminal/smc-session';
import { type Column, plainTexts, smcBatchCommand, tableLines, toCsv } from '../../text';

export interface InventoryOptions {
  output: 'text' | 'wide' | 'json' | 'csv' | 'plan';
  state?: string;
  plan?: string;
  name?: string;
  region: string;
  force: boolean;
}

/** Lists the account's source servers, or writes the plan that migrates them. */
export async function inventory(options: InventoryOptions): Promise<void> {
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
    default:
      if (options.plan !== undefined) return;
      listing(plainTexts(sources), tableColumns(options.output)).forEach(printer(options.output));
  }
}

function listing(sources: InventorySource[], columns: number | undefined): string[] {
  const empty = 'There are no such source servers. The SMC client imports them.';
  if (sources.length === 0) return [empty];
  const inTroubleFirst = [
    ...sources.filter(({ trouble }) => trouble),
    ...sources.filter(({ trouble }) => !trouble),
  ];
  const usable = sources.filter(
    ({ trouble, migrated, state }) => !trouble && !migrated && state !== 'InUse',
  ).length;
  return [
    ...tableLines(inventoryColumns(), inTroubleFirst, { columns, empty }),
    '',
    `${sources.length} source servers: ${usable} ready to migrate, ` +
      `${sources.filter(({ migrated }) => migrated).length} migrated already, ` +
      `${sources.filter(({ state }) => state === 'InUse').length} in use, ` +
      `${sources.filter(({ trouble }) => trouble).length} in trouble`,
  ];
}

/** How important a column is, and what it may be cut to. */
const ranks: Record<(typeof inventoryHeader)[number], { rank: number; least?: number }> = {
  sourceId: { rank: 1 },
  name: { rank: 1, least: 24 },
  state: { rank: 1 },
  platform: { rank: 6, least: 10 },
  disks: { rank: 5 },
  usedAtMost: { rank: 8 },
  lastJob: { rank: 9 },
  batch: { rank: 3, least: 8 },
  image: { rank: 7 },
  trouble: { rank: 2, least: 16 },
};

function inventoryColumns(): Column<InventorySource>[] {
  const c = colors();
  const painted = ({ trouble, state }: InventorySource) => {
    if (trouble) return c.red(state);
    return state === 'InUse' ? state : c.green(state);
  };
  return inventoryHeader.map((title, i) => ({
    title,
    ...ranks[title],
    cell: title === 'state' ? painted : (source) => inventoryRow(source)[i]!,
  }));
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

/** The table says why a source is in trouble; one that is migrated already needs no plan. */
function whyNone(sources: InventorySource[]): string {
  const migrated = sources.filter((source) => source.migrated).length;
  const rest = sources.length - migrated;
  if (sources.length === 0) return 'there are no such source servers. The SMC client imports them.';
  if (rest === 0)
    return migrated === 1
      ? 'the one source server is migrated already.'
      : `all ${migrated} source servers are migrated already.`;
  const before = migrated > 0 ? `${migrated} of ${sources.length} source servers are migrated already; ` : '';
  const those = migrated > 0 ? 'the others' : 'these source servers';
  return `${before}none of ${those} can be migrated now. The reasons: smc-batch inventory`;
}

function skeleton(sources: InventorySource[], name: string, { region }: InventoryOptions): string {
  const batch = name.replace(/[^A-Za-z0-9_.-]+/g, '-').slice(0, 64) || 'my-batch';
  const { text, servers } = planSkeleton(sources, { name: batch, regionId: region });
  if (servers > 0) return text;
  throw new CommandFailure(`No plan was written: ${whyNone(sources)}`);
}
