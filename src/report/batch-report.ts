import type { Colors } from 'picocolors/types';
import type { Leftover } from '../../workflows/contract/server-messages';
import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import { failureLine, padded } from '../text';
import type { ReportSource } from './build-report';
import { formatDuration } from './duration';
import { evidenceFacts } from './evidence';
import { formatInstanceHours, instanceHours, keptJobs, keptJobsLine, strayJobsLine } from './kept-jobs';
import { nextLine } from './status-text';
import { textTable } from './text-table';
import { timeToGo } from './time-to-go';

const facts = ['server', 'wave', 'phase', 'source', 'job', 'starts', 'took'];

/** A batch's servers as a table, then its failures with their remedies, then its leftovers with their costs. */
export function textReport({ progress, servers, generatedAt }: ReportSource, c: Colors): string[] {
  const now = generatedAt.getTime();
  const isEstimated = servers.some((server) => timeToGo(server, now) !== undefined);
  const rows = servers.map((server) => [
    server.server,
    server.wave,
    phaseColor(server, c),
    server.sourceId ?? '',
    server.jobId ?? '',
    server.starts && server.starts > 1 ? String(server.starts) : '',
    took(server),
    ...(isEstimated ? [toGo(server, now)] : []),
    server.imageId ?? server.error?.code ?? '',
  ]);
  const failed = servers.filter(({ phase }) => phase === 'failed');
  const kept = keptJobs(servers, now);
  const strays = strayJobsLine(progress);
  // Beside the reason for which a batch waits it is said already.
  const next = progress.waiting ? undefined : nextLine(progress);
  return [
    ...textTable([...facts, ...(isEstimated ? ['to go'] : []), 'result'], rows),
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

function leftLine(server: ServerView, { jobId, why, error }: Leftover, now: number): string {
  const hours = instanceHours(server, now);
  const billed = hours === undefined ? '' : `, ${formatInstanceHours(hours)} so far`;
  return `${server.server}: job ${jobId} is left in the account (${why})${billed}${error ? `: ${error.message}` : ''}`;
}

/** `58 migrated, 2 failed of 60 servers`. */
export function countsLine({
  counts,
  total,
}: {
  counts: Partial<BatchProgress['counts']>;
  total: number;
}): string {
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

function toGo(server: ServerView, now: number): string {
  const left = timeToGo(server, now);
  return left === undefined ? '' : `about ${formatDuration(left)}`;
}

function took({ startedAt, endedAt }: ServerView): string {
  return startedAt && endedAt ? formatDuration(endedAt - startedAt) : '';
}
