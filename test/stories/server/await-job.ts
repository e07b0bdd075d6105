import { restartAfter, restartDelaySeconds, restartsIn } from '../../../workflows/contract/start-again';
import type { Job } from '../account/account';
import type { Process } from '../clock/clock';
import { Cancelled, type Ended, endOf, failure } from './job-end';
import type { ServerWorkflow } from './server-workflow';

/** Waits until the job does not run any more, and tells the batch how that came. */
export function* awaitJob(me: ServerWorkflow, job: Job): Process<Ended> {
  const { clock, random } = me.around;
  const { stallTimeoutSeconds } = me.input.policy;
  const isAtWork = () => job.status === 'Running';
  let isStalled = false;
  do {
    const until = clock.now + stallTimeoutSeconds * 1000;
    yield { for: () => !isAtWork() || me.isCancelled, at: until };
    if (me.isCancelled) throw new Cancelled();
    isStalled = isAtWork();
    if (isStalled) yield* stopped(me, job);
    // Seen by the next look; one that is gone only after some.
    else yield* me.sleep(random.whole(500, job.status === 'Deleting' ? 90_000 : 30_000));
    // A sync may have begun.
  } while (isAtWork());
  const ended: Ended =
    isStalled && job.status === 'Stopped'
      ? { end: 'Stalled', error: failure('ReplicationJob.Stalled') }
      : endOf(job);
  const startsAgainInSeconds = restartsIn(restartAfter(me.input.policy, me.attempt), ended.end);
  const { jobId } = job;
  yield* me.tell({ kind: 'stoppedRunning', start: me.start, jobId, ...ended, startsAgainInSeconds });
  if (me.isCancelled) throw new Cancelled();
  return ended;
}

/** Between its syncs; gives how it broke before its time. */
export function* untilCutOver(me: ServerWorkflow, job: Job): Process<Ended | undefined> {
  const { clock, random, account } = me.around;
  const { jobId } = job;
  me.stand({ phase: 'synced', jobId });
  const { cutoverAt, policy } = me.input;
  const notBefore = clock.now + (me.cutOvers > 0 ? restartDelaySeconds(policy, me.cutOvers) * 1000 : 0);
  const planned = cutoverAt ? Date.parse(cutoverAt) : Number.POSITIVE_INFINITY;
  const isDue = () => clock.now >= notBefore && (me.isCutOverRequested || clock.now >= planned);
  let told = '';
  for (;;) {
    if (me.isCancelled) throw new Cancelled();
    if (job.status === 'Waiting' || (job.status === 'Running' && account.jobs.has(jobId))) {
      const runs = job.status === 'Running';
      const dueAt = runs ? undefined : job.syncDueAt;
      const news = `${runs} ${dueAt}`;
      if (news !== told) yield* me.tell({ kind: 'sync', jobId, runs, dueAt });
      told = news;
      if (random.chance(0.02)) yield* me.tell({ kind: 'expires', jobId, at: clock.now + 7 * 86_400_000 });
    } else {
      const ended = endOf(job);
      const startsAgainInSeconds = restartsIn(restartAfter(policy, me.attempt), ended.end);
      yield* me.tell({
        kind: 'stoppedRunning',
        start: me.start,
        jobId,
        ...ended,
        startsAgainInSeconds,
      });
      return ended;
    }
    if (isDue()) return undefined;
    const { status } = job;
    const isRequested = me.isCutOverRequested;
    const at = Math.max(notBefore, me.isCutOverRequested ? 0 : planned);
    yield {
      for: () => isDue() || me.isCancelled || me.isCutOverRequested !== isRequested || job.status !== status,
      at: at < Number.POSITIVE_INFINITY ? at : undefined,
    };
  }
}

/** Sees to it that the job does not run: SMC lets it be stopped while it is Syncing only. */
export function* stopped(me: ServerWorkflow, job: Job): Process<void> {
  const { random, account, clock } = me.around;
  yield* me.call();
  if (job.status !== 'Running') return;
  yield { for: () => job.status !== 'Running', at: clock.now + random.whole(1, 10) * 30_000 };
  account.stop(job);
}
