import type { SmcFailure } from '../../workflows/contract/failure';
import type {
  JobEnd,
  Leftover,
  ServerReport,
  ServerResult,
  ServerStanding,
} from '../../workflows/contract/server-messages';
import type { ServerMigrationInput } from '../../workflows/contract/server-migration';
import {
  freeRefusals,
  restartAfter,
  restartDelaySeconds,
  restartsIn,
} from '../../workflows/contract/start-again';
import type { Job } from './account';
import { type Process, Task } from './clock';
import type { Surroundings } from './surroundings';

class Cancelled extends Error {}
class Refused extends Error {
  constructor(readonly failure: SmcFailure) {
    super(failure.code);
  }
}

interface Ended {
  end: JobEnd;
  error?: SmcFailure;
  costsNoAttempt?: boolean;
}
type Reported = ServerReport extends infer R
  ? R extends unknown
    ? Omit<R, 'server' | 'round'>
    : never
  : never;
type Stand = ServerStanding extends infer S
  ? S extends ServerStanding
    ? Omit<S, 'sourceId' | 'creation' | 'startedAt' | 'starts'> & { starts?: number }
    : never
  : never;

const minute = 60_000;
export const failure = (code: string): SmcFailure => ({ code, message: `${code} happened`, remedy: 'Wait.' });
const full = failure('QuotaExceeded.ReplicationJob');

/** A server's workflow that behaves as `workflows/server` may: one process on virtual time. */
export class ServerWorkflow {
  isOpen = true;
  isTerminated = false;
  result?: ServerResult;
  closedAt?: number;
  job?: Job;
  standing: ServerStanding;
  isCancelled = false;
  isCutOverRequested = false;
  /** What it has asked for, and what has been granted to it. */
  slotRequest = 0;
  grantedRequest = 0;
  isAsking = false;
  /** What it has told last, and whom: a life of its batch. */
  lastReport?: { report: ServerReport; firstRunId: string };
  readonly onClose: (() => void)[] = [];
  readonly startedAt: number;
  private start = 1;
  private attempt = 1;
  private cutOvers = 0;
  private refusedStarts = 0;
  private mustTell: boolean;
  private readonly task: Task<ServerResult>;

  constructor(
    private readonly around: Surroundings,
    readonly input: ServerMigrationInput,
    readonly runId: string,
  ) {
    const { sourceId, creationId, wantsStartAccepted = false } = input;
    const { now } = around.clock;
    this.startedAt = now;
    this.standing = { phase: 'migrating', sourceId, creationId, startedAt: now, starts: 1 };
    this.mustTell = wantsStartAccepted;
    this.task = new Task(around.clock, `server ${input.server}`, this.migrate(), (result) =>
      this.close(result),
    );
    this.task.begin();
  }

  cancel(): void {
    this.isCancelled = true;
    this.task.poke();
  }

  grant({
    slotRequest,
    round,
    wantsStartAccepted,
  }: {
    slotRequest: number;
    round?: number;
    wantsStartAccepted?: boolean;
  }): void {
    if ((round ?? this.input.round) !== this.input.round) return;
    this.grantedRequest = Math.max(this.grantedRequest, slotRequest);
    this.mustTell = wantsStartAccepted ?? false;
    this.task.poke();
  }

  cutOver(): void {
    this.isCutOverRequested = true;
    this.task.poke();
  }

  /** Its job may have changed. */
  poke(): void {
    this.task.poke();
  }

  /** Ended by somebody, without a word. */
  terminate(): void {
    this.task.kill();
    this.isTerminated = true;
    this.shut();
  }

  private close(result: ServerResult): void {
    this.result = result;
    this.shut();
  }

  private shut(): void {
    this.isOpen = false;
    this.closedAt = this.around.clock.now;
    for (const tell of this.onClose) tell();
  }

  private *migrate(): Process<ServerResult> {
    let ended: Ended | 'cancelled';
    let job: Job;
    try {
      const created = yield* this.create();
      if ('outcome' in created) return yield* this.endWithoutJob(created);
      job = created;
    } catch (error) {
      return yield* this.endWithoutJob(
        error instanceof Refused ? { outcome: 'failed', error: error.failure } : cancelledOr(error),
      );
    }
    this.job = job;
    this.stand({ phase: 'migrating', jobId: job.jobId });
    try {
      if (this.isCancelled) throw new Cancelled();
      ended = yield* this.runJob(job);
    } catch (error) {
      if (error instanceof Refused) ended = { end: 'Unknown', error: error.failure };
      else if (error instanceof Cancelled) ended = 'cancelled';
      else throw error;
    }
    const result = yield* this.cleanUp(job, ended);
    // It closes a moment after its last word.
    const { random, clock } = this.around;
    yield { at: clock.now + (random.chance(0.06) ? random.whole(1, 300_000) : random.whole(0, 2_000)) };
    return result;
  }

  private *create(): Process<Job | ServerResult> {
    for (let looks = 1; ; looks++) {
      yield* this.call();
      const made = this.createOrAdopt(looks);
      if (made === 'quota') yield* this.ask(undefined, { refused: full });
      else if (made === 'busy') yield { at: this.around.clock.now + 5_000 };
      else return made;
    }
  }

  /** What the activity does: adopts what is ours, refuses what is done, leaves what is another's, creates. */
  private createOrAdopt(looks: number): Job | ServerResult | 'quota' | 'busy' {
    const { account } = this.around;
    const { batch, server, sourceId, knownJobId, job: settings } = this.input;
    const onSource = [...account.jobs.values()].filter((job) => job.sourceId === sourceId);
    const ours = onSource.filter(
      (job) =>
        job.status !== 'Deleting' &&
        (job.jobId === knownJobId || (job.batch === batch && job.server === server)),
    );
    const own = ours.find(({ status }) => status === 'Finished') ?? ours.at(-1);
    const ledger = account.sources.get(sourceId)?.ledger;
    if (ledger && own?.status !== 'Finished') {
      const leftover = own && ({ jobId: own.jobId, why: 'notTakenUp' } as const);
      return { outcome: 'skipped', note: 'migrated before', imageId: ledger.image, leftover };
    }
    if (own) {
      this.around.count('job adopted');
      return own;
    }
    const done = onSource.find(({ status }) => status === 'Finished');
    if (done && !own) return { outcome: 'skipped', note: 'migrated before', imageId: done.image };
    const isOthers = onSource.length > 0;
    if (isOthers && looks < 4) return 'busy';
    const made = account.create(batch, server, sourceId, settings.runOnce === false);
    if (made === 'quota') return made;
    if (typeof made === 'string') throw new Refused(failure('SourceServer.InUse'));
    return made;
  }

  private *runJob(job: Job): Process<Ended> {
    let step: 'start' | 'cutOver' | undefined = isStartable(job) ? 'start' : undefined;
    for (;;) {
      const refused: Ended | undefined = step && (yield* this.launch(job, step));
      if (!refused && this.mustTell) {
        this.mustTell = false;
        yield* this.tell({ kind: 'startAccepted' });
      }
      let ended = refused ?? (yield* this.awaitJob(job));
      if (ended.end === 'Waiting') {
        this.attempt = 1;
        this.refusedStarts = 0;
        const broken = yield* this.untilCutOver(job);
        if (!broken) {
          yield* this.ask(job.jobId, { isCutOver: true });
          this.start++;
          this.attempt = this.cutOvers + 1;
          this.stand({ phase: 'migrating', jobId: job.jobId, starts: this.start });
          step = 'cutOver';
          continue;
        }
        ended = broken;
      }
      const restarts = restartsIn(restartAfter(this.input.policy, this.attempt), ended.end) !== undefined;
      if (!ended.costsNoAttempt && !restarts) return ended;
      if (ended.end !== 'NotStarted') step = 'start';
      yield* this.recover(job, ended);
      yield* this.ask(job.jobId, { isCutOver: step === 'cutOver' });
      if (!ended.costsNoAttempt) {
        this.start++;
        this.attempt++;
      }
      this.stand({ phase: 'migrating', jobId: job.jobId, starts: this.start });
      if (step === 'start' && !isStartable(job)) step = undefined;
    }
  }

  private *launch(job: Job, step: 'start' | 'cutOver'): Process<Ended | undefined> {
    const { account } = this.around;
    for (;;) {
      // A call that was sent takes effect, whether its answer is waited for or not.
      const isFirst = this.around.random.chance(0.5);
      const early = isFirst && !account.isInTrouble ? account.start(job, step === 'cutOver') : undefined;
      yield* this.cancellableCall();
      const answer = early ?? account.start(job, step === 'cutOver');
      if (answer === 'started' && step === 'cutOver' && job.isSync) {
        yield* this.sleep(minute);
        continue;
      }
      if (answer === 'started' || !account.jobs.has(job.jobId)) {
        this.refusedStarts = 0;
        if (step === 'cutOver') this.cutOvers++;
        return undefined;
      }
      if (answer === 'final') throw new Refused(failure('InvalidParameter'));
      if (answer === 'quota') {
        yield* this.ask(job.jobId, { refused: full, isCutOver: step === 'cutOver' });
        continue;
      }
      const ended: Ended =
        answer === 'source'
          ? {
              end: 'NotStarted',
              error: failure('SourceServerState.Invalid'),
              costsNoAttempt: ++this.refusedStarts <= freeRefusals,
            }
          : endOf(job);
      this.around.count(answer === 'source' ? 'start refused for the source' : 'ended before its start');
      const { end, error, costsNoAttempt } = ended;
      const restart = restartAfter(this.input.policy, this.attempt);
      yield* this.tell({
        ...{ kind: 'stoppedRunning', start: this.start, jobId: job.jobId, end, error, costsNoAttempt },
        neverStarted: this.start === 1 && job.runs === 0,
        startsAgainInSeconds: costsNoAttempt ? restart.inSeconds : restartsIn(restart, end),
      });
      return ended;
    }
  }

  private *awaitJob(job: Job): Process<Ended> {
    const { clock, random } = this.around;
    const { stallTimeoutSeconds } = this.input.policy;
    const isAtWork = () => job.status === 'Running';
    let isStalled = false;
    do {
      const until = clock.now + stallTimeoutSeconds * 1000;
      yield { for: () => !isAtWork() || this.isCancelled, at: until };
      if (this.isCancelled) throw new Cancelled();
      isStalled = isAtWork();
      if (isStalled) yield* this.stopped(job);
      // Seen by the next look; one that is gone only after some.
      else yield* this.sleep(random.whole(500, job.status === 'Deleting' ? 90_000 : 30_000));
      // A sync may have begun.
    } while (isAtWork());
    const ended: Ended =
      isStalled && job.status === 'Stopped'
        ? { end: 'Stalled', error: failure('ReplicationJob.Stalled') }
        : endOf(job);
    const startsAgainInSeconds = restartsIn(restartAfter(this.input.policy, this.attempt), ended.end);
    const { jobId } = job;
    yield* this.tell({ kind: 'stoppedRunning', start: this.start, jobId, ...ended, startsAgainInSeconds });
    if (this.isCancelled) throw new Cancelled();
    return ended;
  }

  /** Between its syncs; gives how it broke before its time. */
  private *untilCutOver(job: Job): Process<Ended | undefined> {
    const { clock, random, account } = this.around;
    const { jobId } = job;
    this.stand({ phase: 'synced', jobId });
    const { cutoverAt, policy } = this.input;
    const notBefore = clock.now + (this.cutOvers > 0 ? restartDelaySeconds(policy, this.cutOvers) * 1000 : 0);
    const planned = cutoverAt ? Date.parse(cutoverAt) : Number.POSITIVE_INFINITY;
    const isDue = () => clock.now >= notBefore && (this.isCutOverRequested || clock.now >= planned);
    let lastReport = '';
    for (;;) {
      if (this.isCancelled) throw new Cancelled();
      if (job.status === 'Waiting' || (job.status === 'Running' && account.jobs.has(jobId))) {
        const runs = job.status === 'Running';
        const dueAt = runs ? undefined : job.syncDueAt;
        const news = `${runs} ${dueAt}`;
        if (news !== lastReport) yield* this.tell({ kind: 'sync', jobId, runs, dueAt });
        lastReport = news;
        if (random.chance(0.02)) yield* this.tell({ kind: 'expires', jobId, at: clock.now + 7 * 86_400_000 });
      } else {
        const ended = endOf(job);
        const startsAgainInSeconds = restartsIn(restartAfter(policy, this.attempt), ended.end);
        yield* this.tell({
          kind: 'stoppedRunning',
          start: this.start,
          jobId,
          ...ended,
          startsAgainInSeconds,
        });
        return ended;
      }
      if (isDue()) return undefined;
      const { status } = job;
      const at = Math.min(notBefore > clock.now ? notBefore : Number.POSITIVE_INFINITY, planned);
      yield {
        for: () => isDue() || this.isCancelled || job.status !== status,
        at: at < Number.POSITIVE_INFINITY ? at : undefined,
      };
    }
  }

  private *recover(job: Job, { error, costsNoAttempt = false }: Ended): Process<void> {
    const { account } = this.around;
    const { sourceId, policy } = this.input;
    this.stand({ phase: 'recovering', jobId: job.jobId, error, starts: this.start - Number(costsNoAttempt) });
    yield* this.sleep(restartDelaySeconds(policy, this.attempt) * 1000);
    const isAway = () => account.sources.get(sourceId)?.isAway === true;
    if (isAway()) yield* this.tell({ kind: 'waitsForSource', error: failure('SourceServer.Offline') });
    while (isAway()) yield* this.sleep(minute);
  }

  private *cleanUp(job: Job, ended: Ended | 'cancelled'): Process<ServerResult> {
    const { random, account } = this.around;
    const { jobId } = job;
    const leave = (result: ServerResult, why: Leftover['why']) =>
      this.endWithoutJob({ ...result, leftover: { jobId, why } });
    let result = this.resultOf(job, ended);
    if (ended !== 'cancelled' && ended.end === 'Gone') return yield* this.endWithoutJob(result);
    const wasRefused = ended !== 'cancelled' && (ended.end === 'Unknown' || ended.end === 'NotStarted');
    const finishing = () =>
      this.stand({
        phase: 'finishing',
        jobId,
        error: result.outcome === 'failed' ? result.error : undefined,
      });
    if (ended !== 'cancelled' && !wasRefused) finishing();
    if (ended === 'cancelled' || wasRefused) {
      yield* this.stopped(job);
      const isOwnEnd = ['Finished', 'InError', 'Waiting'].includes(job.status);
      const asked = ended === 'cancelled' ? { end: 'Stopped' as const, error: undefined } : ended;
      yield* this.tell({
        ...{ kind: 'stoppedRunning', start: this.start, jobId, error: asked.error },
        end: isOwnEnd ? (job.status as JobEnd) : asked.end,
        neverStarted: job.status === 'Ready',
      });
      if (!account.jobs.has(jobId)) return yield* this.endWithoutJob(result);
      if (job.status === 'Finished') result = { outcome: 'migrated', jobId, imageId: job.image };
      if (result.outcome === 'failed' && job.status !== 'Ready' && job.status !== 'Deleting')
        return yield* leave(result, 'refused');
      finishing();
    }
    for (;;) {
      if (result.outcome === 'migrated') {
        yield* this.call();
        if (random.chance(account.mood.vanishes)) return yield* leave(result, 'ledgerNotWritten');
        const { sourceId, batch } = this.input;
        const source = account.sources.get(sourceId)!;
        source.ledger ??= { batch, image: job.image!, at: this.around.clock.now };
      }
      if (result.outcome === 'failed' && this.input.policy.onFailure === 'keepJob')
        return yield* leave(result, 'keptByPolicy');
      yield* this.call();
      if (random.chance(account.mood.vanishes)) return yield* leave(result, 'deleteFailed');
      if (job.status === 'Finished' && result.outcome !== 'migrated') {
        result = { outcome: 'migrated', jobId, imageId: job.image };
        continue;
      }
      while (job.status === 'Running') yield { for: () => job.status !== 'Running' };
      account.delete(job);
      yield { for: () => !account.jobs.has(jobId) };
      yield* this.tell({ kind: 'ended', result });
      return result;
    }
  }

  private resultOf(job: Job, ended: Ended | 'cancelled'): ServerResult {
    const { jobId, image: imageId } = job;
    if (ended === 'cancelled') return { outcome: 'cancelled', jobId };
    if (ended.end === 'Finished') return { outcome: 'migrated', jobId, imageId };
    return { outcome: 'failed', jobId, error: ended.error ?? failure(`ReplicationJob.${ended.end}`) };
  }

  private *endWithoutJob(result: ServerResult): Process<ServerResult> {
    yield* this.tell({ kind: 'ended', result });
    return result;
  }

  /** Sees to it that the job does not run: SMC lets it be stopped while it is Syncing only. */
  private *stopped(job: Job): Process<void> {
    const { random, account, clock } = this.around;
    yield* this.call();
    if (job.status !== 'Running') return;
    yield { for: () => job.status !== 'Running', at: clock.now + random.whole(1, 10) * 30_000 };
    account.stop(job);
  }

  /** Gives back what was refused and waits for its turn; asks again now and then. */
  private *ask(
    jobId?: string,
    { refused, isCutOver = false }: { refused?: SmcFailure; isCutOver?: boolean } = {},
  ): Process<void> {
    const { clock } = this.around;
    const slotRequest = ++this.slotRequest;
    this.stand({ phase: 'queued', slotRequest, jobId, error: refused, isCutOver });
    for (let waitMs = 5 * minute; ; waitMs = Math.min(2 * waitMs, 60 * minute)) {
      yield* this.tell({ kind: 'wantsSlot', slotRequest, jobId, refused, isCutOver });
      this.isAsking = true;
      yield { for: () => this.grantedRequest >= slotRequest || this.isCancelled, at: clock.now + waitMs };
      this.isAsking = false;
      if (this.isCancelled) throw new Cancelled();
      if (this.grantedRequest < slotRequest) continue;
      this.stand({ phase: 'migrating', jobId });
      return;
    }
  }

  /** Late; and sometimes once more, later still. */
  private *tell(more: Reported): Process<void> {
    const { clock, random, count } = this.around;
    const { batch, server, round } = this.input;
    const report = { ...more, server, round } as ServerReport;
    yield { at: clock.now + this.around.late() };
    this.around.deliver(batch, report, this, false);
    if (!random.chance(0.08)) return;
    clock.after(
      random.chance(0.8) ? random.whole(0, 3_000) : random.whole(0, 90_000),
      'report repeated',
      () => {
        count('report repeated');
        this.around.deliver(batch, report, this, true);
      },
    );
  }

  /** While the account refuses whoever calls, a call is made again. */
  private *call(): Process<void> {
    const { clock, account } = this.around;
    do yield { at: clock.now + this.around.late() };
    while (account.isInTrouble);
  }

  private *cancellableCall(): Process<void> {
    const { account } = this.around;
    do yield* this.sleep(this.around.late());
    while (account.isInTrouble);
  }

  private *sleep(ms: number): Process<void> {
    yield { at: this.around.clock.now + ms, for: () => this.isCancelled };
    if (this.isCancelled) throw new Cancelled();
  }

  private stand(step: Stand): void {
    const { sourceId, creationId, startedAt, starts } = this.standing;
    this.standing = { starts, ...step, sourceId, creationId, startedAt };
  }
}

const isStartable = ({ status }: Job) => status === 'Ready' || status === 'Stopped' || status === 'InError';

function endOf({ status }: Job): Ended {
  if (status === 'Deleting') return { end: 'Gone', error: failure('ReplicationJob.Gone') };
  if (status === 'Running') throw new Error('a job that runs has not ended');
  return { end: status, error: status === 'InError' ? failure('InternalError') : undefined };
}

function cancelledOr(error: unknown): ServerResult {
  if (error instanceof Cancelled) return { outcome: 'cancelled' };
  throw error;
}
