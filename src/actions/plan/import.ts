import { stat, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { importPlan, type MatchedRows, matchRows, nameOf } from '../../import';
import { allSources } from '../../inventory';
import { type ImportRead, readImport, type TableEncoding } from '../../plan';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { sayAside } from '../../terminal/output';
import { showProblems } from '../../terminal/plan-problems';
import { withSmc } from '../../terminal/smc-session';
import { printable, smcBatchCommand } from '../../text';

export interface ImportCommandOptions {
  map?: string;
  output?: string;
  name?: string;
  region: string;
  encoding?: TableEncoding;
  strict: boolean;
  force: boolean;
}

/** Makes a plan of an export; writes nothing before all of it is valid. */
export async function importServers(file: string, options: ImportCommandOptions): Promise<void> {
  const { map, output, encoding, name, region } = options;
  if (output !== undefined && !options.force) await refuseToOverwrite(output);
  const read = await readImport(file, {
    map,
    encoding,
    name,
    regionId: region,
    fallbackName: batchName(output ?? file),
  });
  refuse(read, 'mistake');
  const sources = await withSmc((smc) => allSources(smc));
  const rows = matchRows(read, sources);
  listUnmatched(rows);
  refuse({ ...read, warnings: [], problems: rows.problems }, 'row');
  const { matched, done, unmatched } = rows;
  if (matched.length + done.length === 0)
    throw new CommandFailure(
      sources.length === 0
        ? 'No plan was written: the account has no source servers. The SMC client imports them.'
        : `No plan was written: none of ${read.rows.length} rows is one of the ${sources.length} source servers of the account. See them with: smc-batch inventory`,
    );
  if (options.strict && unmatched.length > 0)
    throw new CommandFailure(
      `${counted(unmatched.length, 'row')} without a source server: nothing was written.`,
      exitCodes.usage,
    );
  await write(importPlan(read, rows, basename(file)), rows, read, options);
}

async function write(
  text: string,
  { matched, done, unmatched, unused }: MatchedRows,
  { rowsLeftOut }: ImportRead,
  { output, force }: ImportCommandOptions,
): Promise<void> {
  const servers = matched.length + done.length;
  const summary = [
    `${counted(servers, 'server')} of ${counted(servers + unmatched.length, 'row')}`,
    ...(rowsLeftOut > 0 ? [`${counted(rowsLeftOut, 'row')} left out by the map`] : []),
    ...(unused.length > 0 ? [`${counted(unused.length, 'source server')} of the account in no row`] : []),
  ].join('; ');
  if (output === undefined) {
    process.stdout.write(text);
    sayAside(summary);
    return;
  }
  try {
    await writeFile(output, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandFailure(code === 'EEXIST' ? existsAlready(output) : message, exitCodes.usage);
  }
  sayAside(`wrote ${output}: ${summary}`);
  sayAside(`Next: ${smcBatchCommand('preview', [output])}, then ${smcBatchCommand('apply', [output])}`);
}

/** Shows all problems at once, and ends the command. */
function refuse(found: Pick<ImportRead, 'problems' | 'warnings' | 'sources'>, what: string): void {
  showProblems(found);
  const { length } = found.problems;
  if (length > 0)
    throw new CommandFailure(`${counted(length, what)} to correct: nothing was written.`, exitCodes.usage);
}

// Far more rows are too many to read in a terminal; the plan has all of them as comments.
const mostListed = 50;

function listUnmatched({ unmatched }: MatchedRows): void {
  if (unmatched.length === 0) return;
  const one = unmatched.length === 1;
  sayAside(`${counted(unmatched.length, 'row')} ${one ? 'has' : 'have'} no source server in the account:`);
  for (const { row, nearest } of unmatched.slice(0, mostListed)) {
    const { hostNames, addresses } = row.wanted;
    const known = [...hostNames, ...addresses].filter((text) => text !== nameOf(row));
    const meant = nearest ? `; the nearest is ${nearest.name} (${nearest.sourceId})` : '';
    sayAside(printable(`  ${nameOf(row)}${known.length > 0 ? ` (${known.join(', ')})` : ''}${meant}`));
  }
  if (unmatched.length > mostListed) sayAside(`  … and ${unmatched.length - mostListed} more`);
  sayAside('Import them with the SMC client, correct them in the export, or leave them out.');
}

async function refuseToOverwrite(file: string): Promise<void> {
  if (await stat(file).catch(() => undefined)) throw new CommandFailure(existsAlready(file), exitCodes.usage);
}

const existsAlready = (file: string) => `${file} exists; --force overwrites it`;

const batchName = (file: string) =>
  basename(file, extname(file))
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .slice(0, 64) || 'my-batch';

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
