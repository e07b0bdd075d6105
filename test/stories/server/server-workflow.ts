import type { SmcFailure } from '../../../workflows/contract/failure';
import type { ServerReport, ServerResult, ServerStanding } from '../../../workflows/contract/server-messages';
import type { ServerMigrationInput } from '../../../workflows/contract/server-migration';
import type { Job } from '../account/account';
import { type Process, Task } from '../clock/clock';
import type { Surroundings } from '../plot/surroundings';
import { Cancelled } from './job-end';

type Reported = ServerReport extends infer R
  ? R extends unknown
    ? Omit<R, 'server' | 'round'>
    : never
  : never;
type Stand = ServerStanding extends infer S
  ? S extends ServerStanding
    ? Omit<S, 'sourceId' | 'round' | 'creationId' | 'startedAt' | 'starts'> & { starts?: number }
    : never
  : never;

const minute = 60_000;
const longer = (waitMs: number) => Math.min(2 * waitMs, minute);

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
  /** What it has asked for, and what has been grantedRequest to it. */
  slotRequest = 0;
  grantedRequest = 0;
  isAsking = false;
  /** What it has told last, and whom: a life of its batch. */
  lastReport?: { report: ServerReport; firstRunId: string };
  /** When it has told its end, for the first time. */
  endToldAt?: number;
  readonly onClose: (() => void)[] = [];
  readonly startedAt: number;
  /** Of its job, as its reports name them; those that count against the attempts of the plan; cut-overs that were made. */
  start = 1;
  attempt = 1;
  cutOvers = 0;
  /** By the state of the source, in a row. */
  refusedStarts = 0;
  /** The batch wants to hear that its next start was accepted. */
  mustTell: boolean;
  private task?: Task<ServerResult>;

  constructor(
    readonly around: Surroundings,
    readonly input: ServerMigrationInput,
    readonly runId: string,
  ) {
    const { sourceId, round, creationId, wantsStartAccepted = false } = input;
    const { now } = around.clock;
    this.startedAt = now;
    this.standing = { phase: 'migrating', sourceId, round, creationId, startedAt: now, starts: 1 };
    this.mustTell = wantsStartAccepted;
  }

  /** What it does from now on. */
  begin(migration: Process<ServerResult>): this {
    const { around, input } = this;
    this.task = new Task(around.clock, `server ${input.server}`, migration, (result) => this.close(result));
    this.task.onTurn = () => around.touch(input.batch);
    this.task.begin();
    return this;
  }

  cancel(): void {
    this.around.touch(this.input.batch);
    this.isCancelled = true;
    this.task?.poke();
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
    this.around.touch(this.input.batch);
    this.grantedRequest = Math.max(this.grantedRequest, slotRequest);
    this.mustTell = wantsStartAccepted ?? false;
    this.task?.poke();
  }

  cutOver(): void {
    this.around.touch(this.input.batch);
    this.isCutOverRequested = true;
    this.task?.poke();
  }

  /** Its job may have changed. */
  poke(): void {
    this.task?.poke();
  }

  /** Ended by somebody, without a word. */
  terminate(): void {
    this.task?.kill();
    this.isTerminated = true;
    this.shut();
  }

  private close(result: ServerResult): void {
    this.result = result;
    this.shut();
  }

  private shut(): void {
    this.around.touch(this.input.batch);
    this.isOpen = false;
    this.closedAt = this.around.clock.now;
    for (const tell of this.onClose) tell();
  }

  /** Gives back what was refused and waits for its turn; asks again now and then. */
  *ask(
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
      this.stand({ phase: 'migrating', jobId, grantedRequest: slotRequest });
      return;
    }
  }

  /** Late; and sometimes once more, later still. */
  *tell(more: Reported): Process<void> {
    const { clock, random, talk, count } = this.around;
    const { batch, server, round } = this.input;
    const report = { ...more, server, round } as ServerReport;
    yield { at: clock.now + this.around.late() };
    if (report.kind === 'ended') this.endToldAt = clock.now;
    this.around.deliver(batch, report, this, false);
    if (!random.chance(talk.repeats)) return;
    clock.after(
      random.chance(1 - talk.lateRepeats) ? random.whole(0, 3_000) : random.whole(0, 90_000),
      'report repeated',
      () => {
        count('report repeated');
        this.around.deliver(batch, report, this, true);
      },
    );
  }

  /** While the account refuses whoever calls, a call is made again, more and more seldom. */
  *call(): Process<void> {
    const { clock, account } = this.around;
    yield { at: clock.now + this.around.late() };
    for (let waitMs = 2_000; account.isInTrouble; waitMs = longer(waitMs)) yield { at: clock.now + waitMs };
  }

  *cancellableCall(): Process<void> {
    const { account } = this.around;
    yield* this.sleep(this.around.late());
    for (let waitMs = 2_000; account.isInTrouble; waitMs = longer(waitMs)) yield* this.sleep(waitMs);
  }

  *sleep(ms: number): Process<void> {
    yield { at: this.around.clock.now + ms, for: () => this.isCancelled };
    if (this.isCancelled) throw new Cancelled();
  }

  stand(step: Stand): void {
    const { sourceId, round, creationId, startedAt, starts, grantedRequest } = this.standing;
    this.standing = { starts, grantedRequest, ...step, sourceId, round, creationId, startedAt };
  }
}
