import type { ServerPhase, ServerView, WebhookTrouble } from '../../workflows/contract/views';
import { errorKind, groupTroubles, type ServerTrouble, type Troubles, troubleLines } from '../report';
import type { BatchClient } from './batch-client';
import { attemptTrouble, type PendingAttempt } from './pending-attempt';

/** A batch may have a thousand servers under way, and each costs a call to Temporal. */
const mostLooked = 20;

const withWorkflow: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];

/** Reads the pending activities of some servers under way, and gives what goes wrong with them right now. */
export async function lookForTroubles(
  batch: BatchClient,
  servers: readonly ServerView[],
  webhook?: WebhookTrouble,
): Promise<Troubles> {
  const underWay = servers.filter(({ phase }) => withWorkflow.includes(phase));
  const answers = await Promise.all(
    serversToLookAt(underWay).map(async ({ server }) => ({
      server,
      // The server may have ended since it was listed. Without an answer its state is unknown, which is not the same as good.
      attempts: await batch.pending(server).catch(() => undefined),
    })),
  );
  const looked = answers.flatMap(({ server, attempts }) => (attempts ? [{ server, attempts }] : []));
  const now = await batch.now();
  return {
    groups: groupTroubles(looked.flatMap(({ server, attempts }) => troubleOf(server, attempts, now) ?? [])),
    looked: looked.length,
    underWay: underWay.length,
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
    const troubles = await lookForTroubles(batch, servers, webhook);
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

/**
 * Some servers whose jobs are cleaned up, those started last, and the others in even steps. The first two wait for one
 * call, the others for polls: an outage may hit either alone.
 */
function serversToLookAt(underWay: readonly ServerView[]): ServerView[] {
  if (underWay.length <= mostLooked) return [...underWay];
  const few = mostLooked / 4;
  const finishing = underWay.filter(({ phase }) => phase === 'finishing').slice(0, few);
  const newestFirst = underWay
    .filter((server) => !finishing.includes(server))
    .sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
  const others = newestFirst.slice(few);
  const room = Math.min(mostLooked - few - finishing.length, others.length);
  const spread = Array.from({ length: room }, (_, i) => others[Math.floor((i * others.length) / room)]!);
  return [...finishing, ...newestFirst.slice(0, few), ...spread];
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
