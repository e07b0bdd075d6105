import type { BatchOutcome, BatchProgress, ServerPhase } from '../../workflows/contract/views';
import { plainLine, smcBatchCommand } from '../text';
import { clockTimeAhead, inClockTimes, isEndAhead } from './clock-time';

/** The parts of a batch's progress, or of its report, that say how it ends. */
interface HasStatus {
  status: string;
  outcome?: BatchOutcome;
  counts: Partial<Record<ServerPhase, number>>;
  total: number;
}

/**
 * Where a batch is, and how it has ended: `running`, `waiting for approval`, `ended: 3 of 60 servers failed`,
 * `cancelled: 12 of 60 servers cancelled`.
 */
export function statusText({ status, outcome, counts, total }: HasStatus): string {
  if (outcome === undefined) return status;
  const { failed = 0, cancelled = 0 } = counts;
  const facts = [
    failed > 0 && `${failed} of ${total} servers failed`,
    cancelledFact(cancelled, failed, total),
  ];
  const said = facts.filter(Boolean).join(', ');
  return `${outcome === 'cancelled' ? 'cancelled' : 'ended'}${said ? `: ${said}` : ''}`;
}

function cancelledFact(cancelled: number, failed: number, total: number): string | false {
  if (cancelled === 0) return false;
  return failed > 0 ? `${cancelled} cancelled` : `${cancelled} of ${total} servers cancelled`;
}

/** `, done about Sun 04:50, in 6 h 12 min`; empty where nothing tells, or the time is past or now. */
export const doneAbout = (
  { estimatedEnd }: Pick<BatchProgress, 'estimatedEnd'>,
  now: number,
  zone?: string,
) => (isEndAhead(estimatedEnd, now) ? `, done about ${clockTimeAhead(estimatedEnd, now, zone)}` : '');

/** What to type next, beside the reason that is shown; undefined where nothing is to do, or the reason says it. */
export function nextLine({ next = [], waiting = '' }: Pick<BatchProgress, 'next' | 'waiting'>) {
  const isSaid = next.every((order) => waiting.includes(order));
  return isSaid ? undefined : next.map(plainLine).join(', or ');
}

/** What to type after a batch in which nothing has failed or was cancelled; undefined after any other. */
export function nextAfterGoodEnd({
  batch,
  counts,
  total,
  leftovers,
  strayJobs,
}: Pick<BatchProgress, 'batch' | 'counts' | 'total' | 'leftovers' | 'strayJobs'>) {
  if (total === 0 || counts.migrated + counts.skipped < total) return undefined;
  const report = smcBatchCommand('report', [batch], { 'output-file': `${batch}.html` });
  if (leftovers + strayJobs === 0) return report;
  return `${report}, and to delete jobs that are left: ${smcBatchCommand('cleanup', [batch])}`;
}

/** Why nothing more starts, and what to type next, a line each: for the top of a view. */
export function waitingLines(
  progress: Pick<BatchProgress, 'next' | 'waiting'>,
  now: number,
  timeZone?: string,
): string[] {
  const next = nextLine(progress);
  return [
    ...(progress.waiting ? [`waiting: ${plainLine(inClockTimes(progress.waiting, now, timeZone))}`] : []),
    ...(progress.waiting && next ? [`next: ${next}`] : []),
  ];
}
