import type { Colors } from 'picocolors/types';
import { notByThisRun } from '../../workflows/contract/figures/migrated-otherwise';
import type { BatchProgress, ServerView, ShownLeftover } from '../../workflows/contract/views';
import { type Column, failureLine, padded, tableLines } from '../text';
import type { ReportSource } from './build-report';
import { clockTimeAhead, isEndAhead, zonedTime } from './clock-time';
import { formatDuration } from './duration';
import { evidenceFacts } from './evidence';
import { jobSeenLine, type ServerInSight } from './job-seen';
import {
  formatInstanceHours,
  instanceHours,
  keptJobs,
  keptJobsLine,
  leftoverMeaning,
  strayJobsLine,
} from './kept-jobs';
import { nextLine } from './status-text';

/** Where a report is read. */
export interface TextLook {
  /** Of the terminal; absent where it is none. */
  columns?: number;
  /** How to see columns that were left out. */
  wide?: string;
}

/**
 * A batch's servers as a table, those that failed first; then why they failed and what to do about it, then what was left
 * behind and what it costs.
 */
export function textReport(
  { progress, servers, generatedAt }: ReportSource,
  c: Colors,
  look: TextLook = {},
): string[] {
  const now = generatedAt.getTime();
  const failed = servers.filter(({ phase }) => phase === 'failed');
  const kept = keptJobs(servers, now);
  const strays = strayJobsLine(progress);
  // Beside the reason for which a batch waits it is said already.
  const next = progress.waiting ? undefined : nextLine(progress);
  return [
    ...tableLines(columnsFor(servers, now, c), failedFirst(servers), {
      ...look,
      empty: 'The plan has no servers.',
    }),
    '',
    countsLine(progress),
    ...failed.flatMap(({ server, error, evidence }) => [
      '',
      `${c.red(server)}: ${error ? failureLine(error) : ''}`,
      `  ${error?.remedy}`,
      ...(evidence ? evidenceFacts(evidence).map(([name, said]) => `  ${padded(name, 10)} ${said}`) : []),
    ]),
    ...servers.filter(({ note }) => note).flatMap(({ server, note }) => ['', `${server}: ${note}`]),
    ...servers.flatMap((server) => (server.leftover ? ['', leftLine(server, server.leftover, now)] : [])),
    ...(kept ? ['', c.yellow(keptJobsLine(progress.batch, kept))] : []),
    ...(strays ? ['', c.yellow(strays)] : []),
    ...(next ? ['', `next: ${next}`] : []),
  ];
}

function columnsFor(servers: ServerInSight[], now: number, c: Colors): Column<ServerInSight>[] {
  const endOf = ({ estimatedEnd }: ServerInSight) =>
    isEndAhead(estimatedEnd, now) ? clockTimeAhead(estimatedEnd, now) : '';
  return [
    { title: 'server', rank: 1, least: 28, cell: ({ server }) => server },
    { title: 'wave', rank: 5, least: 6, cell: ({ wave }) => wave },
    { title: 'phase', rank: 1, cell: (server) => phaseColor(server, c) },
    { title: 'source', rank: 8, cell: ({ sourceId }) => sourceId ?? '' },
    { title: 'job', rank: 6, cell: ({ jobId }) => jobId ?? '' },
    { title: 'starts', rank: 7, cell: ({ starts = 0 }) => (starts > 1 ? String(starts) : '') },
    { title: 'took', rank: 4, cell: took },
    ...(servers.some((server) => endOf(server)) ? [{ title: 'ends about', rank: 3, cell: endOf }] : []),
    // An image's id that is cut is no id.
    { title: 'result', rank: 2, least: 22, cell: (server) => resultOf(server, now) },
  ];
}

/** What needs somebody's hand is not among what does not: the rest stays in the plan's order. */
const failedFirst = (servers: readonly ServerInSight[]) => [
  ...servers.filter(({ phase }) => phase === 'failed'),
  ...servers.filter(({ phase }) => phase !== 'failed'),
];

function leftLine(server: ServerView, { jobId, why, error, deletedAt }: ShownLeftover, now: number): string {
  const hours = instanceHours(server, now);
  const used = hours === undefined ? '' : `, ${formatInstanceHours(hours)}`;
  if (deletedAt !== undefined)
    return `${server.server}: job ${jobId} was left in the account, and cleanup deleted it at ${zonedTime(deletedAt)}${used && `, after${used.slice(1)}`}`;
  return `${server.server}: job ${jobId} is left in the account: ${leftoverMeaning[why]}${used && `${used} so far unless it was deleted since`}${error ? `: ${error.message}` : ''}`;
}

/** `58 migrated, 2 failed of 60 servers`; of those that are migrated it says how many by earlier runs of the batch. */
export function countsLine({
  counts,
  total,
  earlier,
  declared,
}: {
  counts: Partial<BatchProgress['counts']>;
  total: number;
  earlier?: number;
  declared?: number;
}): string {
  const before = notByThisRun({ earlier, declared });
  const said = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([phase, count]) => `${count} ${phase}${phase === 'migrated' ? before : ''}`);
  return `${said.join(', ')} of ${total} servers`;
}

function phaseColor({ phase }: ServerView, c: Colors): string {
  if (phase === 'migrated') return c.green(phase);
  if (phase === 'failed') return c.red(phase);
  if (phase === 'cancelled' || phase === 'recovering') return c.yellow(phase);
  return phase;
}

/** What came of a server; until then how its job was last seen, or when that is started again. */
function resultOf({ imageId, jobSeen, error, nextStartAt }: ServerInSight, now: number): string {
  if (imageId) return imageId;
  const again = isAhead(nextStartAt, now) ? `again at ${clockTimeAhead(nextStartAt, now)}` : undefined;
  const seen = jobSeen && jobSeenLine(jobSeen, now);
  return [error?.code, again, seen].filter(Boolean).join(', ');
}

const isAhead = (at: number | undefined, now: number): at is number => at !== undefined && at > now;

function took({ startedAt, endedAt }: ServerView): string {
  return startedAt && endedAt ? formatDuration(endedAt - startedAt) : '';
}
