import type { Plan } from '../../../src/plan';
import { isEnded, type ServerRecord } from './server-record';

/** The part of a batch's state that keeps the servers whose end is to be told. */
interface Telling {
  plan: Plan;
  news?: { endedServers?: string[] };
}

/** Keeps a server that has ended for the next message, where the plan asks for an event of each (`policy.notify`). */
export function noteServerEnd(
  { plan, news }: Telling,
  name: string,
  before: ServerRecord | undefined,
  after: ServerRecord,
): void {
  if (!news || plan.policy.notify !== 'servers') return;
  if (!isEnded(after.phase) || (before && isEnded(before.phase))) return;
  news.endedServers ??= [];
  news.endedServers.push(name);
}
