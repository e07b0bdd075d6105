import type { Colors } from 'picocolors/types';
import type { BatchProgress, ServerView } from '../../workflows/messages';
import { describeSmcError } from '../smc';
import { formatDuration } from './duration';
import { keptJobsReminder } from './kept-jobs';
import { textTable } from './text-table';

/** A batch's servers as a table, then what failed and what to do about it, then what was left behind. */
export function textReport(
  { progress, servers }: { progress: BatchProgress; servers: ServerView[] },
  c: Colors,
  now = Date.now(),
): string[] {
  const rows = servers.map((server) => [
    server.server,
    server.wave,
    phaseColor(server, c),
    server.sourceId ?? '',
    server.jobId ?? '',
    server.starts && server.starts > 1 ? String(server.starts) : '',
    took(server),
    server.imageId ?? server.error?.code ?? toGo(server, now),
  ]);
  const failed = servers.filter(({ phase }) => phase === 'failed');
  const left = servers.filter(({ leftover }) => leftover);
  const reminder = keptJobsReminder(progress, servers, now);
  return [
    ...textTable(['server', 'wave', 'phase', 'source', 'job', 'starts', 'took', 'result'], rows),
    '',
    countsLine(progress),
    ...failed.flatMap(({ server, error }) => [
      '',
      `${c.red(server)}: ${error ? describeSmcError(error) : ''}`,
      `  ${error?.remedy}`,
    ]),
    ...servers.filter(({ note }) => note).flatMap(({ server, note }) => ['', `${server}: ${note}`]),
    ...left.flatMap(({ server, leftover }) => [
      '',
      `${server}: job ${leftover?.jobId} is left in the account (${leftover?.why})${leftover?.error ? `: ${leftover.error.message}` : ''}`,
    ]),
    ...(reminder ? ['', c.yellow(reminder)] : []),
  ];
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

function toGo({ estimatedEnd }: ServerView, now: number): string {
  return estimatedEnd !== undefined && estimatedEnd > now
    ? `about ${formatDuration(estimatedEnd - now)} to go`
    : '';
}

function took({ startedAt, endedAt }: ServerView): string {
  return startedAt && endedAt ? formatDuration(endedAt - startedAt) : '';
}
