import type { SmcFailure } from '../../contract/failure';
import type { ServerPhase, ServerView } from '../../contract/views';
import { estimatedEndOf } from '../servers/estimate';
import { type ServerRecord, shownRecord } from '../servers/server-record';
import type { Batch, BatchState } from '../state';

/** One server as others see it. */
export function serverView({ state, index }: Batch, name: string, now: number): ServerView {
  const record = index.record(name);
  const { wave, sourceId, job } = index.planOf(name);
  return {
    server: name,
    wave,
    ...shownRecord(record),
    ...('error' in record && record.error && { error: withRemedyNow(state, record.error) }),
    sourceId: record.sourceId ?? sourceId,
    estimatedEnd: estimatedEndOf(record, state.measured, now),
    nextStartAt: nextStartOf(record, now),
    overVpc: job.netMode === 2 ? true : undefined,
  };
}

/** A batch that has ended takes no retry: its plan is applied again. To retry by the name takes the name's own sentence. */
function withRemedyNow({ stage }: BatchState, error: SmcFailure): SmcFailure {
  if (stage !== 'ended') return error;
  return {
    ...error,
    remedy: error.remedy.replace(/retry the server(?! by its name)/, 'apply the plan again'),
  };
}

/** Later only the source, or a slot, keeps it from its start. */
const nextStartOf = (record: ServerRecord, now: number) =>
  record.phase === 'recovering' && (record.nextStartAt ?? 0) > now ? record.nextStartAt : undefined;

/** A page of servers in the plan's order, optionally of some phases or names only. */
export function serversPage(
  batch: Batch,
  {
    offset = 0,
    limit = 500,
    phases,
    names,
  }: { offset?: number; limit?: number; phases?: ServerPhase[]; names?: string[] },
  now: number,
): { total: number; servers: ServerView[] } {
  const { state, index } = batch;
  const all = names ? names.filter((name) => index.has(name)) : state.plan.servers.map(({ name }) => name);
  const matching = phases ? all.filter((name) => phases.includes(index.phaseOf(name))) : all;
  return {
    total: matching.length,
    servers: matching.slice(offset, offset + limit).map((name) => serverView(batch, name, now)),
  };
}

/** The place of a server among those that wait, from 1, in the order in which they start. */
export function placeOf({ index }: Batch, name: string): number {
  let place = index.queued.size;
  for (let i = 0; i < index.waveIndexOf(name); i++) place += index.waves[i]!.waiting;
  return place + index.waitingIn(index.waveIndexOf(name)).indexOf(name) + 1;
}
