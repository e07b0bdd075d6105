import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import {
  type InventorySource,
  inventoryHeader,
  inventoryRow,
  planSkeleton,
  readInventory,
} from '../../inventory';
import { textTable } from '../../report';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { colors, linesTo, printJson, sayAside } from '../../terminal/output';
import { withSmc } from '../../terminal/smc-session';
import { plainTexts, smcBatchCommand, toCsv } from '../../text';

export interface InventoryOptions {
  output: 'text' | 'json' | 'csv' | 'plan';
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
    'No plan was written: none of these source servers can be migrated now. The reasons: smc-batch inventory',
  );
}
