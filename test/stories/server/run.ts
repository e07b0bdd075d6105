import {
  freeRefusals,
  restartAfter,
  restartDelaySeconds,
  restartsIn,
} from '../../../workflows/contract/start-again';
import type { Job } from '../account/account';
import type { Process } from '../clock/clock';
import { awaitJob, untilCutOver } from './await-job';
import { type Ended, endOf, failure, full, isStartable, Refused } from './job-end';
import type { ServerWorkflow } from './server-workflow';

const minute = 60_000;

/** Starts the job, waits for its end and starts it again, as long as an attempt is left; gives the end that no start follows. */
export function* runJob(me: ServerWorkflow, job: Job): Process<Ended> {
  let step: 'start' | 'cutOver' | undefined = isStartable(job) ? 'start' : undefined;
  for (;;) {
    const refused: Ended | undefined = step && (yield* launch(me, job, step));
    if (!refused && me.mustTell) {
      me.mustTell = false;
      yield* me.tell({ kind: 'startAccepted' });
    }
    let ended = refused ?? (yield* awaitJob(me, job));
    if (ended.end === 'Waiting') {
      me.attempt = 1;
      me.refusedStarts = 0;
      const broken = yield* untilCutOver(me, job);
      if (!broken) {
        yield* me.ask(job.jobId, { isCutOver: true });
        me.start++;
        me.attempt = me.cutOvers + 1;
        me.stand({ phase: 'migrating', jobId: job.jobId, starts: me.start });
        step = 'cutOver';
        continue;
      }
      ended = broken;
    }
    const restarts = restartsIn(restartAfter(me.input.policy, me.attempt), ended.end) !== undefined;
    if (!ended.costsNoAttempt && !restarts) return ended;
    if (ended.end !== 'NotStarted') step = 'start';
    yield* recover(me, job, ended);
    yield* me.ask(job.jobId, { isCutOver: step === 'cutOver' });
    if (!ended.costsNoAttempt) {
      me.start++;
      me.attempt++;
    }
    me.stand({ phase: 'migrating', jobId: job.jobId, starts: me.start });
    if (step === 'start' && !isStartable(job)) step = undefined;
  }
}

function* launch(me: ServerWorkflow, job: Job, step: 'start' | 'cutOver'): Process<Ended | undefined> {
  const { account } = me.around;
  for (;;) {
    // A call that was sent takes effect, whether its answer is waited for or not.
    const isFirst = me.around.random.chance(0.5);
    const early = isFirst && !account.isInTrouble ? account.start(job, step === 'cutOver') : undefined;
    yield* me.cancellableCall();
    const answer = early ?? account.start(job, step === 'cutOver');
    if (answer === 'started' && step === 'cutOver' && job.isSync) {
      yield* me.sleep(minute);
      continue;
    }
    if (answer === 'started' || !account.jobs.has(job.jobId)) {
      me.refusedStarts = 0;
      if (step === 'cutOver') me.cutOvers++;
      return undefined;
    }
    if (answer === 'final') throw new Refused(failure('InvalidParameter'));
    if (answer === 'quota') {
      yield* me.ask(job.jobId, { refused: full, isCutOver: step === 'cutOver' });
      continue;
    }
    const ended: Ended =
      answer === 'source'
        ? {
            end: 'NotStarted',
            error: failure('SourceServerState.Invalid'),
            costsNoAttempt: ++me.refusedStarts <= freeRefusals,
          }
        : endOf(job);
    me.around.count(answer === 'source' ? 'start refused for the source' : 'ended before its start');
    const { end, error, costsNoAttempt } = ended;
    const restart = restartAfter(me.input.policy, me.attempt);
    yield* me.tell({
      ...{ kind: 'stoppedRunning', start: me.start, jobId: job.jobId, end, error, costsNoAttempt },
      neverStarted: me.start === 1 && job.runs === 0,
      slotRequest: me.slotRequest,
      startsAgainInSeconds: costsNoAttempt ? restart.inSeconds : restartsIn(restart, end),
    });
    return ended;
  }
}

function* recover(me: ServerWorkflow, job: Job, { error, costsNoAttempt = false }: Ended): Process<void> {
  const { account } = me.around;
  const { sourceId, policy } = me.input;
  me.stand({ phase: 'recovering', jobId: job.jobId, error, starts: me.start - Number(costsNoAttempt) });
  yield* me.sleep(restartDelaySeconds(policy, me.attempt) * 1000);
  const isAway = () => account.sources.get(sourceId)?.isAway === true;
  if (isAway()) yield* me.tell({ kind: 'waitsForSource', error: failure('SourceServer.Offline') });
  while (isAway()) yield* me.sleep(minute);
}
