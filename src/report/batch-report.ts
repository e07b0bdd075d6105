import type { Colors } from 'picocolors/types';
import type { Leftover } from '../../workflows/contract/server-messages';
import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import { failureLine } from '../text';
import type { ReportSource } from './build-report';
import { clockTimeAhead } from './clock-time';
import { formatDuration } from './duration';
import { jobSeenLine, type ServerInSight } from './job-seen';
import { formatInstanceHours, instanceHours, keptJobs, keptJobsLine, strayJobsLine } from './kept-jobs';
import { textTable } from './text-table';

const facts = ['server', 'wave', 'phase', 'source', 'job', 'starts', 'took'];

/** A batch's servers as a table, then its failures with their remedies, then its leftovers with their costs. */
export function textReport({ progress, servers, generatedAt }: ReportSource, c: Colors): string[] {
  const now = generatedAt.getTime();
  const isEstimated = servers.some(({ estimatedEnd }) => isAhead(estimatedEnd, now));
  const rows = servers.map((server) => [
    server.server,
    server.wave,
    phaseColor(server, c),
    server.sourceId ?? '',
    server.jobId ?? '',
    server.starts && server.starts > 1 ? String(server.starts) : '',
    took(server),
    ...(isEstimated
      ? [isAhead(server.estimatedEnd, now) ? clockTimeAhead(server.estimatedEnd, now) : '']
      : []),
    resultOf(server, now),
  ]);
  const failed = servers.filter(({ phase }) => phase === 'failed');
  const kept = keptJobs(servers, now);
  const strays = strayJobsLine(progress);
  return [
    ...textTable([...facts, ...(isEstimated ? ['ends about'] : []), 'result'], rows),
    '',
    countsLine(progress),
    ...failed.flatMap(({ server, error }) => [
      '',
      `${c.red(server)}: ${error ? failureLine(error) : ''}`,
      `  ${error?.remedy}`,
    ]),
    ...servers.filter(({ note }) => note).flatMap(({ server, note }) => ['', `${server}: ${note}`]),
    ...servers.flatMap((server) => (server.leftover ? ['', leftLine(server, server.leftover, now)] : [])),
    ...(kept ? ['', c.yellow(keptJobsLine(progress.batch, kept))] : []),
    ...(strays ? ['', c.yellow(strays)] : []),
  ];
}

function leftLine(server: ServerView, { jobId, why, error }: Leftover, now: number): string {
  const hours = instanceHours(server, now);
  const billed = hours === undefined ? '' : `, ${formatInstanceHours(hours)} so far`;
  return `${server.server}: job ${jobId} is left in the account (${why})${billed}${error ? `: ${error.message}` : ''}`;
}

/** `58 migrated, 2 failed of 60 servers`. */
export function countsLine({ counts, total }: Pick<BatchProgress, 'counts' | 'total'>): string {
  const said = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([phase, count]) => `${count} ${phase}`);
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
