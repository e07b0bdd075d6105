import type { WebhookTrouble } from '../../workflows/contract/views';
import { counted, plainLine } from '../text';
import { formatDuration } from './duration';

/** The reason why a server makes no progress now; its calls are repeated. */
export interface ServerTrouble {
  server: string;
  /** The error of the last call or poll. */
  error: string;
  /** Milliseconds since the epoch. */
  nextAttemptAt?: number;
}

/** Servers with the same error. */
export interface TroubleGroup {
  /** Code and message, without operation and RequestId, which differ from server to server. */
  error: string;
  servers: string[];
  /** The first of their next attempts; milliseconds since the epoch. */
  nextAttemptAt?: number;
}

/** The troubles of the servers under way. */
export interface Troubles {
  groups: TroubleGroup[];
  /** The number of servers that were asked. */
  looked: number;
  /** The number of servers that could have been asked. */
  underWay: number;
  /** The webhook does not take messages; no server waits for that. */
  webhook?: WebhookTrouble;
}

/** The errors, those with the most servers first. */
export function groupTroubles(troubles: readonly ServerTrouble[]): TroubleGroup[] {
  const groups = new Map<string, TroubleGroup>();
  for (const { server, error, nextAttemptAt } of troubles) {
    const said = codeAndMessage(error);
    const key = errorKind(said);
    const group = groups.get(key) ?? { error: said, servers: [] };
    group.servers.push(server);
    group.nextAttemptAt = soonest(group.nextAttemptAt, nextAttemptAt);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.servers.length - a.servers.length);
}

/** The errors for a script: that of the webhook is a group without servers. */
export function troubleGroups({ groups, webhook }: Troubles): TroubleGroup[] {
  if (!webhook) return groups;
  const { reason, nextAttemptAt } = webhook;
  return [{ error: plainLine(reason), servers: [], nextAttemptAt }, ...groups];
}

/** `the webhook could not be reached: connection refused (3 messages are kept; next try in 20 s)`. */
export function webhookLine(
  { reason, unsent, leftTo, dropped, nextAttemptAt }: WebhookTrouble,
  now: number,
): string {
  const facts = [
    unsent > 0 &&
      `${counted(unsent, 'message')} ${leftTo ? `left to workflow ${plainLine(leftTo)}` : 'kept to be sent again'}`,
    dropped > 0 && `${counted(dropped, 'message')} only in the journal`,
    nextAttemptAt !== undefined && `next try in ${formatDuration(nextAttemptAt - now)}`,
  ].filter(Boolean);
  return `${plainLine(reason)}${facts.length > 0 ? ` (${facts.join('; ')})` : ''}`;
}

/** `12 servers: ServiceUnavailable: … (next try in 20 s)`: a line for each of the first errors. */
export function troubleLines({ groups, looked, underWay, webhook }: Troubles, now: number): string[] {
  const of = looked < underWay ? ` of ${looked} checked` : '';
  const aside = webhook ? [webhookLine(webhook, now)] : [];
  const lines = groups.slice(0, mostLines).map(({ error, servers, nextAttemptAt }) => {
    const next = nextAttemptAt === undefined ? '' : ` (next try in ${formatDuration(nextAttemptAt - now)})`;
    return `${counted(servers.length, 'server')}${of}: ${error}${next}`;
  });
  const more = groups.length - mostLines;
  return [...aside, ...lines, ...(more > 0 ? [`and ${counted(more, 'other error')}`] : [])];
}

const mostLines = 3;

/** The error without ids of jobs and sources: errors that differ only in these are the same. */
export const errorKind = (error: string) => error.replace(resourceId, '');

const resourceId = /\b[a-z]+-[a-z0-9]{8,}\b/g;

/** `Code: message` of `Code: message (Operation, RequestId …). Remedy`. */
const codeAndMessage = (error: string) =>
  plainLine(error).replace(/ \((?:[A-Z][A-Za-z]+)?(?:, )?(?:RequestId [^)]*)?\)(?:\. .*)?$/, '');

const soonest = (a: number | undefined, b: number | undefined) =>
  a === undefined || (b !== undefined && b < a) ? b : a;
