import type { JobEnd, Leftover, ServerResult } from '../../../workflows/contract/server-messages';
import type { Job } from '../account/account';
import type { Process } from '../clock/clock';
import { stopped } from './await-job';
import { type Ended, failure } from './job-end';
import type { ServerWorkflow } from './server-workflow';

/** Writes the ledger, deletes the job and tells the end; or tells why the job stays. */
export function* cleanUp(me: ServerWorkflow, job: Job, ended: Ended | 'cancelled'): Process<ServerResult> {
  const { random, account } = me.around;
  const { jobId } = job;
  const leave = (result: ServerResult, why: Leftover['why']) =>
    endWithoutJob(me, { ...result, leftover: { jobId, why } });
  let result = resultOf(job, ended);
  if (ended !== 'cancelled' && ended.end === 'Gone') return yield* endWithoutJob(me, result);
  const wasRefused = ended !== 'cancelled' && (ended.end === 'Unknown' || ended.end === 'NotStarted');
  const finishing = () =>
    me.stand({
      phase: 'finishing',
      jobId,
      error: result.outcome === 'failed' ? result.error : undefined,
    });
  if (ended !== 'cancelled' && !wasRefused) finishing();
  if (ended === 'cancelled' || wasRefused) {
    yield* stopped(me, job);
    const isOwnEnd = ['Finished', 'InError', 'Waiting'].includes(job.status);
    const asked = ended === 'cancelled' ? { end: 'Stopped' as const, error: undefined } : ended;
    yield* me.tell({
      ...{ kind: 'stoppedRunning', start: me.start, jobId, error: asked.error },
      end: isOwnEnd ? (job.status as JobEnd) : asked.end,
      neverStarted: job.status === 'Ready',
    });
    if (!account.jobs.has(jobId)) return yield* endWithoutJob(me, result);
    if (job.status === 'Finished') result = { outcome: 'migrated', jobId, imageId: job.image };
    if (result.outcome === 'failed' && job.status !== 'Ready' && job.status !== 'Deleting')
      return yield* leave(result, 'refused');
    finishing();
  }
  for (;;) {
    if (result.outcome === 'migrated') {
      yield* me.call();
      if (random.chance(account.mood.vanishes)) return yield* leave(result, 'ledgerNotWritten');
      const { sourceId, batch } = me.input;
      const source = account.sources.get(sourceId)!;
      source.ledger ??= { batch, image: job.image!, at: me.around.clock.now };
    }
    if (result.outcome === 'failed' && me.input.policy.onFailure === 'keepJob')
      return yield* leave(result, 'keptByPolicy');
    yield* me.call();
    if (random.chance(account.mood.vanishes)) return yield* leave(result, 'deleteFailed');
    if (job.status === 'Finished' && result.outcome !== 'migrated') {
      result = { outcome: 'migrated', jobId, imageId: job.image };
      continue;
    }
    while (job.status === 'Running') yield { for: () => job.status !== 'Running' };
    account.delete(job);
    yield { for: () => !account.jobs.has(jobId) };
    yield* me.tell({ kind: 'ended', result });
    return result;
  }
}

function resultOf(job: Job, ended: Ended | 'cancelled'): ServerResult {
  const { jobId, image: imageId } = job;
  if (ended === 'cancelled') return { outcome: 'cancelled', jobId };
  if (ended.end === 'Finished') return { outcome: 'migrated', jobId, imageId };
  return { outcome: 'failed', jobId, error: ended.error ?? failure(`ReplicationJob.${ended.end}`) };
}

export function* endWithoutJob(me: ServerWorkflow, result: ServerResult): Process<ServerResult> {
  yield* me.tell({ kind: 'ended', result });
  return result;
}
