import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchStatus, ServerPhase, ServerView } from '../../workflows/contract/views';
import { type BatchClient, isPassing } from '../batch-client/batch-client';
import type { BatchChange, WatchOptions } from './batch';

const underWay: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];
const ends: ServerPhase[] = ['migrated', 'skipped', 'failed', 'cancelled'];

/**
 * First how the batch is: its status, and each server that does not merely wait. Then each change, until the batch has ended.
 * A server may pass through a phase between two looks.
 */
export async function* changesOf(
  batch: BatchClient,
  { signal, everyMs = 1_000 }: WatchOptions = {},
): AsyncGenerator<BatchChange, void> {
  const known = new Map<string, ServerPhase>();
  let status: BatchStatus | undefined;
  let refusedSince: string | undefined;
  let isUnanswered = false;
  while (!signal?.aborted) {
    const look = await lookAt(batch, known).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      return undefined;
    });
    if (!look) {
      if (!isUnanswered) yield { kind: 'unanswered' };
    } else {
      for (const server of look.changed) {
        const before = known.get(server.server);
        if (server.phase === 'waiting') known.delete(server.server);
        else known.set(server.server, server.phase);
        yield { kind: 'server', server, before };
      }
      const { progress } = look;
      const trouble = progress.accountTrouble;
      if (trouble?.since !== refusedSince) yield { kind: 'account', trouble };
      refusedSince = trouble?.since;
      if (progress.status !== status)
        yield { kind: 'status', status: progress.status, before: status, progress };
      status = progress.status;
      if (look.isOver) return;
    }
    isUnanswered = !look;
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The servers whose phase is another one than is known. Of those that have ended only as many are read as have changed. */
async function lookAt(batch: BatchClient, known: ReadonlyMap<string, ServerPhase>) {
  // First whether it has ended: then nothing changes any more while the rest is read.
  const isOver = (await batch.status()) !== 'RUNNING';
  const progress = await batch.progress();
  const seen = new Map<string, ServerView>();
  const see = (servers: ServerView[]) => {
    for (const server of servers) seen.set(server.server, server);
  };
  see(await batch.servers({ phases: underWay }));
  const count = countsOf(known);
  const others = ends.filter((phase) => (count[phase] ?? 0) !== progress.counts[phase]);
  if (others.length > 0) see(await batch.servers({ phases: others }));
  const missing = [...known].filter(
    ([name, phase]) => !seen.has(name) && (underWay.includes(phase) || others.includes(phase)),
  );
  if (missing.length > 0) see(await batch.servers({ names: missing.map(([name]) => name) }));
  const changed = [...seen.values()].filter(({ server, phase }) => known.get(server) !== phase);
  return { isOver, progress, changed };
}

function countsOf(known: ReadonlyMap<string, ServerPhase>): Partial<Record<ServerPhase, number>> {
  const counts: Partial<Record<ServerPhase, number>> = {};
  for (const phase of known.values()) counts[phase] = (counts[phase] ?? 0) + 1;
  return counts;
}
