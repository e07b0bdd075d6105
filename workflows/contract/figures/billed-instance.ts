import type { ServerView } from '../views';

/** The fields of a server that tell whether its job keeps an intermediate instance. */
export type KeptServer = Pick<
  ServerView,
  'phase' | 'leftover' | 'startedAt' | 'stoppedRunningAt' | 'starts' | 'error'
>;

/**
 * The milliseconds for which the intermediate instance of the server's kept job is billed until `now`, or until `cleanup` has
 * deleted the job. SMC makes the instance when the job starts, and keeps it until a Stopped or InError job is deleted. So the time counts
 * from the server's start, also after its end. Undefined where nothing is billed.
 */
export function billedMs(server: KeptServer, now: number): number | undefined {
  const { startedAt, leftover } = server;
  if (!leftover || startedAt === undefined || !keepsInstance(server)) return undefined;
  return Math.max(0, Math.min(now, leftover.deletedAt ?? now) - startedAt);
}

/** SMC: a success releases the instance. */
const keepsInstance = (server: KeptServer) => server.phase !== 'migrated' && !isRefused(server, 'Start');

/** SMC makes the intermediate instance when the job starts. */
export const hasHadInstance = (server: KeptServer) =>
  !isRefused(server, 'Start') && !isRefused(server, 'Create');

/** The job was never created, or never started. */
function isRefused({ error, stoppedRunningAt, starts }: KeptServer, what: 'Create' | 'Start'): boolean {
  return starts === 0 || (error?.action === `${what}ReplicationJob` && stoppedRunningAt === undefined);
}
