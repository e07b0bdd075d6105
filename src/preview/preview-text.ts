import type { Colors } from 'picocolors/types';
import { costLines, formatDuration, formatInstanceHours } from '../report';
import { type Column, counted, smcBatchCommand, tableLines } from '../text';
import { outlookLines } from './outlook-text';
import type { Preview } from './preview-plan';
import type { ServerPreview } from './server-preview';
import { windowLine } from './windows-ahead';

/** More servers that are simply created than this are counted, not listed. */
const mostCreated = 100;

/** Where a preview is read. */
export interface PreviewLook {
  /** Of the terminal; absent where it is none. */
  columns?: number;
  /** Milliseconds since the epoch; default: now. */
  now?: number;
  timeZone?: string;
}

/** A preview for people: the servers, what blocks some of them, warnings, and the forecast. */
export function previewText(preview: Preview, c: Colors, look: PreviewLook = {}): string[] {
  const { batch, counts, servers, warnings } = preview;
  const created = servers.filter(isPlain);
  const listed = created.length > mostCreated ? servers.filter((server) => !isPlain(server)) : servers;
  const blockedFirst = [
    ...listed.filter(({ verdict }) => verdict === 'blocked'),
    ...listed.filter(({ verdict }) => verdict !== 'blocked'),
  ];
  const empty = 'Every server would be created.';
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    ...tableLines(serverColumns(c), blockedFirst, { columns: look.columns, empty }),
    ...(listed.length < servers.length
      ? [c.dim(`… and ${created.length} more to create (-o json lists them)`)]
      : []),
    '',
    ...runningLines(preview),
    `${c.bold(batch)}: ${said.map(([verdict, count]) => `${count} ${wordOf(verdict)}`).join(', ')} of ${servers.length} servers`,
    ...servers.flatMap((server) => blockLines(server, c)),
    ...warnings.flatMap(({ message, remedy }) => ['', `${c.yellow('warning')} ${message}`, `  ${remedy}`]),
    '',
    ...forecastLines(preview, c, look),
    ...(preview.costs.snapshotGiB > 0 || preview.costs.instanceHours > 0
      ? ['', ...costLines(preview.costs, look.columns), ...simulatedHours(preview, c)]
      : []),
  ];
}

const serverColumns = (c: Colors): Column<ServerPreview>[] => [
  { title: 'server', rank: 1, least: 28, cell: ({ server }) => server },
  { title: 'wave', rank: 3, least: 6, cell: ({ wave }) => wave },
  { title: 'apply would', rank: 1, cell: (server) => verdictColor(server, c) },
  { title: 'source', rank: 4, cell: ({ sourceId }) => sourceId ?? '' },
  { title: 'about', rank: 2, least: 24, cell: about },
];

const isPlain = ({ verdict, notes }: ServerPreview) => verdict === 'create' && notes.length === 0;

const wordOf = (verdict: string) =>
  ({
    create: 'to create',
    adopt: 'to adopt',
    skip: 'done already',
    blocked: 'blocked',
    nothing: 'left as is',
  })[verdict] ?? verdict;

/** A batch that runs is joined. */
function runningLines(preview: Preview): string[] {
  const { batch, running } = preview;
  if (!running) return [];
  const { added, removed, changed, settings, refused, notes } = running;
  if (refused.length > 0)
    return [
      `Batch '${batch}' runs. apply would change nothing: these changes of its plan are not possible now:`,
      ...refused.map((line) => `  ${line}`),
    ];
  const changes = [
    added.length > 0 && `${added.length} added`,
    removed.length > 0 && `${removed.length} removed`,
    changed.length > 0 && `${changed.length} changed`,
    settings.length > 0 && `its ${settings.join(', ')} changed`,
  ].filter((part) => part !== false);
  return [
    changes.length === 0
      ? `Batch '${batch}' runs by this same plan: apply would join it and change nothing.`
      : `Batch '${batch}' runs: apply would join it with the changed plan (${changes.join(', ')}).`,
    ...notes.map((line) => `  ${line}`),
    ...ordersAgain(preview),
  ];
}

/** Below the table, where no column cuts a command short. */
function ordersAgain({ batch, servers }: Preview): string[] {
  const stay = servers.flatMap((one) => (one.verdict === 'nothing' && one.next ? [one.server] : []));
  if (stay.length === 0) return [];
  const named = smcBatchCommand('retry', [batch, ...stay.slice(0, mostNamed)]);
  const more = stay.length > mostNamed ? ` (and the names of ${stay.length - mostNamed} more)` : '';
  return [`To migrate those that have failed or were cancelled in it: ${named}${more}`];
}

const mostNamed = 5;

function verdictColor({ verdict }: ServerPreview, c: Colors): string {
  if (verdict === 'blocked') return c.red(verdict);
  if (verdict === 'adopt') return c.cyan(verdict);
  return verdict === 'create' ? c.green(verdict) : c.dim(verdict);
}

function about(server: ServerPreview): string {
  const notes = server.notes.map(({ message }) => message);
  switch (server.verdict) {
    case 'skip': {
      const image = server.image ? `, ${server.image}` : '';
      const told = server.jobId ? `, as its Finished job ${server.jobId} tells` : '';
      const already = `migrated already${server.batch ? ` by batch ${server.batch}` : ''}${image}${told}`;
      return [already, ...notes].join('; ');
    }
    case 'adopt':
      return [...(server.jobId ? [`job ${server.jobId} is ${server.status}`] : []), ...notes].join('; ');
    case 'blocked':
      return server.troubles.map(({ code }) => code).join(', ');
    case 'create':
      return notes.join('; ');
    case 'nothing':
      return [`${server.phase} in the batch`, ...(server.next ? [`to migrate it: ${server.next}`] : [])].join(
        '; ',
      );
  }
}

function blockLines(server: ServerPreview, c: Colors): string[] {
  if (server.verdict !== 'blocked') return [];
  return server.troubles.flatMap(({ code, message, remedy }) => [
    '',
    `${c.red(server.server)} ${code}: ${message}`,
    `  ${remedy}`,
  ]);
}

function forecastLines(preview: Preview, c: Colors, look: PreviewLook): string[] {
  const { forecast, account, counts } = preview;
  const { columns, now = Date.now(), timeZone } = look;
  const { waves, totalSeconds, slots, peakJobs, apiCalls } = forecast;
  if (totalSeconds === 0) return [nothingToMigrate(counts)];
  const rows = waves.map(({ name, servers, startSeconds, endSeconds }) => ({
    name,
    servers,
    seconds: servers === 0 ? undefined : endSeconds - startSeconds,
  }));
  const servers = waves.reduce((sum, wave) => sum + wave.servers, 0);
  const { all, others } = account.jobs;
  return [
    c.bold('Forecast'),
    ...tableLines(waveColumns, [...rows, { name: 'in total', servers, seconds: totalSeconds }], {
      columns,
      empty: 'The plan has no waves.',
    }),
    `  up to ${slots} at once; at most ${peakJobs.running} jobs run, and ${peakJobs.existing} exist, not counting those being deleted; about ${counted(apiCalls.total, 'API call')}`,
    `  now in the account: ${jobsNow(all, others)} (quota: ${account.quota.jobs} may exist, ${account.quota.running} may run)`,
    '',
    ...preview.windows.map((window) => `  ${windowLine(window)}`),
    ...outlookLines(preview.forecast, now, timeZone).map((line) => `  ${line}`),
    c.dim(
      '  From the sizes of the partitions at 100 Mbit/s (or bandwidth_limit) and images at 30 MB/s; approvals and failures not counted.',
    ),
  ];
}

/** The hours above are those of the simulator's fast time, as the report will have them. */
function simulatedHours({ costs, forecast: { simulatedSpeed = 1 } }: Preview, c: Colors): string[] {
  if (simulatedSpeed <= 1) return [];
  const real = formatInstanceHours(costs.instanceHours * simulatedSpeed);
  return [
    c.dim(
      `Hours are this machine's, as in the report: a real account takes about ${simulatedSpeed} times as long, ${real}.`,
    ),
  ];
}

type JobCounts = Record<'existing' | 'running', number>;

function jobsNow(all: JobCounts, others: JobCounts): string {
  if (all.existing === 0) return 'no jobs';
  const notOurs =
    others.existing === 0
      ? ''
      : `; not of this batch: ${counted(others.existing, 'job')}, ${others.running} running`;
  return `${counted(all.existing, 'job')}, ${all.running} running${notOurs}`;
}

const waveColumns: Column<{ name: string; servers: number; seconds?: number }>[] = [
  { title: '  wave', rank: 1, least: 12, cell: ({ name }) => `  ${name}` },
  {
    title: 'to migrate',
    rank: 1,
    cell: ({ servers }) => `${servers} ${servers === 1 ? 'server' : 'servers'}`,
  },
  {
    title: 'takes about',
    rank: 1,
    cell: ({ seconds }) => (seconds === undefined ? '' : formatDuration(seconds * 1000)),
  },
];

/** A server that is blocked is not done. */
function nothingToMigrate({ adopt, blocked, nothing }: Preview['counts']): string {
  const adopted =
    adopt > 0 ? `; ${adopt} of them ${adopt === 1 ? 'is' : 'are'} adopted to be cleaned up` : '';
  if (blocked === 0 && nothing > 0)
    return `Nothing would start${adopted}: the batch leaves ${nothing} as ${nothing === 1 ? 'it is' : 'they are'}.`;
  if (blocked === 0) return `Nothing is left to migrate${adopted}.`;
  return `Nothing can be migrated now: ${blocked} ${blocked === 1 ? 'server is' : 'servers are'} blocked.`;
}
