import type { BatchOutcome, BatchProgress, ServerPhase } from '../../workflows/contract/views';
import { plainLine } from '../text';
import { clockTimeAhead, inClockTimes } from './clock-time';

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

/** `, done about Sun 04:50, in 6 h 12 min`; empty where nothing tells, or the time is past. */
export const doneAbout = (
  { estimatedEnd }: Pick<BatchProgress, 'estimatedEnd'>,
  now: number,
  zone?: string,
) =>
  estimatedEnd !== undefined && estimatedEnd > now
    ? `, done about ${clockTimeAhead(estimatedEnd, now, zone)}`
    : '';

/** What to type next, beside the reason that is shown; undefined where nothing is to do, or the reason says it. */
export function nextLine({ next = [], waiting = '' }: Pick<BatchProgress, 'next' | 'waiting'>) {
  const isSaid = next.every((order) => waiting.includes(order));
  return isSaid ? undefined : next.map(plainLine).join(', or ');
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
