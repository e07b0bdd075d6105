import type { ServerPhase, ServerView } from '../../../workflows/contract/views';
import { someAtOnce } from '../../concurrency';
import type { ServerInSight } from '../../report';
import type { BatchClient } from '../batch-client';
import { jobOf, type PendingAttempt } from './pending-attempt';

/** What some servers under way are doing right now. */
export interface ServerLooks {
  /** By the server's name; a server that gave no answer is not in it. */
  attempts: ReadonlyMap<string, readonly PendingAttempt[]>;
  /** Servers that could have been asked. */
  underWay: number;
}

/** A batch may have a thousand servers under way, and each costs a call to Temporal. */
const mostLooked = 50;
const askedAtOnce = 10;

const withWorkflow: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];

/** Reads the pending activities of servers under way, of many only some: it adds nothing to their histories. */
export async function lookAtServers(
  batch: BatchClient,
  servers: readonly ServerView[],
  most = mostLooked,
): Promise<ServerLooks> {
  const underWay = servers.filter(({ phase }) => withWorkflow.includes(phase));
  const answers = await someAtOnce(serversToLookAt(underWay, most), askedAtOnce, async ({ server }) => {
    // The server may have ended since it was listed. Without an answer its state is unknown, which is not the same as good.
    const attempts = await batch.pending(server).catch(() => undefined);
    return attempts ? ([server, attempts] as const) : undefined;
  });
  return {
    attempts: new Map(answers.filter((answer) => answer !== undefined)),
    underWay: underWay.length,
  };
}

/** The servers, those that were asked with their job; the batch itself hears of a job's id only at its end. */
export const inSight = (servers: readonly ServerView[], { attempts }: ServerLooks): ServerInSight[] =>
  servers.map((server) => withJob(server, attempts.get(server.server) ?? []));

/** The server with its job as its workflow's activities have last seen it. */
export function withJob<T extends ServerView>(
  server: T,
  attempts: readonly PendingAttempt[],
): T & ServerInSight {
  const { jobId, seen } = jobOf(attempts);
  return { ...server, jobId: server.jobId ?? jobId, ...(seen && { jobSeen: seen }) };
}

/**
 * Some servers whose jobs are cleaned up, those started last, and the others in even steps. The first two wait for one
 * call, the others for polls: an outage may hit either alone.
 */
function serversToLookAt(underWay: readonly ServerView[], most: number): ServerView[] {
  if (underWay.length <= most) return [...underWay];
  const few = Math.floor(most / 4);
  const finishing = underWay.filter(({ phase }) => phase === 'finishing').slice(0, few);
  const newestFirst = underWay
    .filter((server) => !finishing.includes(server))
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  const others = newestFirst.slice(few);
  const room = Math.min(most - few - finishing.length, others.length);
  const spread = Array.from({ length: room }, (_, i) => others[Math.floor((i * others.length) / room)]!);
  return [...finishing, ...newestFirst.slice(0, few), ...spread];
}
