import type { BatchProgress, ServerView } from '../../workflows/messages';
import { counted } from './counted';

/**
 * How long a job that was left in the account has kept its billed intermediate instance, in hours, if nobody has
 * deleted it since. SMC: the instance lives from the job's start to its deletion.
 */
export function instanceHours({ startedAt }: Pick<ServerView, 'startedAt'>, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, now - startedAt) / 3_600_000;
}

/** `3 jobs are kept in the account and have billed about 41 instance-hours: smc-batch cleanup dc1-exit`. */
export function keptJobsReminder(
  { batch }: Pick<BatchProgress, 'batch'>,
  servers: ServerView[],
  now: number,
): string | undefined {
  const kept = servers.filter(({ leftover }) => leftover);
  if (kept.length === 0) return undefined;
  const hours = kept.reduce((sum, server) => sum + instanceHours(server, now), 0);
  const jobs = kept.length === 1 ? '1 job is kept' : `${counted(kept.length, 'job')} are kept`;
  const have = kept.length === 1 ? 'has' : 'have';
  return `${jobs} in the account and ${have} billed ${formatHours(hours)} so far: smc-batch cleanup ${batch}`;
}

/** `0.4 instance-hours`, `41 instance-hours`. */
export function formatHours(hours: number): string {
  return `${hours < 10 ? hours.toFixed(1) : Math.round(hours).toLocaleString('en-US')} instance-hours`;
}
