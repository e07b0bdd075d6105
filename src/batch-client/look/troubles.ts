import type { ServerView, WebhookTrouble } from '../../../workflows/contract/views';
import { errorKind, groupTroubles, type ServerTrouble, type Troubles, troubleLines } from '../../report';
import type { BatchClient } from '../batch-client';
import { attemptTrouble, type PendingAttempt } from './pending-attempt';
import { lookAtServers, type ServerLooks } from './server-looks';

/** What goes wrong right now with the servers that were looked at. */
export function troublesOf(
  { attempts, underWay }: ServerLooks,
  now: number,
  webhook?: WebhookTrouble,
): Troubles {
  return {
    groups: groupTroubles(
      [...attempts].flatMap(([server, pending]) => troubleOf(server, pending, now) ?? []),
    ),
    looked: attempts.size,
    underWay,
    webhook,
  };
}

/** Heartbeats reach Temporal a few times a minute: more frequent reads show nothing newer. */
const lookEveryMs = 10_000;

/** Its words may differ from try to try. */
const webhookKind = 'webhook';

/** Reads the troubles regularly; tells an error when it first appears, and once when the last one is over. */
export function troubleTeller(batch: BatchClient, tell: (line: string) => void) {
  const told = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async (servers: readonly ServerView[], webhook?: WebhookTrouble): Promise<void> => {
    const now = await batch.now();
    if (now - lookedAt < lookEveryMs) return;
    lookedAt = now;
    const looks = await lookAtServers(batch, servers);
    const troubles = troublesOf(looks, await batch.now(), webhook);
    // Without an answer about the servers only the webhook's trouble is known: the batch tells it.
    if (troubles.looked === 0 && !webhook && !told.has(webhookKind)) return;
    const kinds = troubles.groups.map(({ error }) => errorKind(error));
    if (webhook) kinds.push(webhookKind);
    if (kinds.some((kind) => !told.has(kind))) {
      for (const line of troubleLines(troubles, now)) tell(`trouble  ${line}`);
    }
    if (kinds.length === 0 && told.size > 0) {
      tell('trouble  is over');
      told.clear();
    }
    for (const kind of kinds) told.add(kind);
  };
}

function troubleOf(
  server: string,
  attempts: readonly PendingAttempt[],
  now: number,
): ServerTrouble | undefined {
  for (const attempt of attempts) {
    const error = attemptTrouble(attempt, now);
    if (error) return { server, error, nextAttemptAt: attempt.nextAttemptAt };
  }
  return undefined;
}
