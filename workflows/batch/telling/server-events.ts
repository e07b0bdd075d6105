import { counted, verbOf } from '../../../src/text';
import type { ServerEvent } from '../../contract/batch-event';
import { openServerNews } from '../../news/news';
import { isEnded } from '../servers/server-record';
import type { Batch } from '../state';
import { keepNews } from './keep-news';

/**
 * Adds the ends of servers to the messages for the webhook, where the plan asks for an event of each. Servers that end while a message
 * waits share it. The journal does not have them: it would have nothing else.
 */
export function tellServerEnds(batch: Batch, now: number): void {
  const { news, plan } = batch.state;
  const names = news.endedServers?.splice(0) ?? [];
  news.endedServers = undefined;
  for (const name of names) {
    const event = eventOf(batch, name);
    if (!event) continue;
    const open = openServerNews(news);
    const servers = [...(open?.servers ?? []), event];
    const told = { at: now, servers, what: said(servers) };
    if (open) Object.assign(open, told);
    else keepNews(batch, { batch: plan.name, kind: 'server', ...told }, now);
  }
}

/** Undefined where the server has left the plan, or does not count as ended any more. */
function eventOf({ index }: Batch, server: string): ServerEvent | undefined {
  const record = index.has(server) ? index.record(server) : undefined;
  if (!record || !isEnded(record.phase)) return undefined;
  const outcome = record.phase as ServerEvent['outcome'];
  const imageId = 'imageId' in record ? record.imageId : undefined;
  const error = record.phase === 'failed' ? record.error.code : undefined;
  return { server, outcome, ...(imageId && { imageId }), ...(error && { error }) };
}

/** `3 servers have ended: web-1 migrated as m-1, web-2 failed (InternalError), web-3 cancelled`. */
function said(servers: ServerEvent[]): string {
  const each = servers.map(({ server, outcome, imageId, error }) => {
    const more = error ? ` (${error})` : imageId ? ` as ${imageId}` : '';
    return `${server} ${outcome}${more}`;
  });
  const count = servers.length;
  return `${counted(count, 'server')} ${verbOf(count, 'has', 'have')} ended: ${each.join(', ')}`;
}
