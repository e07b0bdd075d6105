import type { Plan } from '../../../src/plan';
import type { Decision } from '../../../workflows/batch/decide';
import { releasedHold, takeAsk, takeLease } from '../../../workflows/batch/lease';
import { type Findings, takeLookUpTrouble } from '../../../workflows/batch/looks/findings';
import { isStandingUnknown } from '../../../workflows/batch/servers/server-record';
import { type Batch, batchOf, newBatchState } from '../../../workflows/batch/state';
import { statusOf } from '../../../workflows/batch/status';
import { takeReport } from '../../../workflows/batch/take-report';
import { takeAccountReport } from '../../../workflows/batch/telling/account-trouble';
import type { Lease } from '../../../workflows/contract/quota-messages';
import type { AccountReport, ServerReport } from '../../../workflows/contract/server-messages';
import { type Process, Task, type Wait } from '../clock/clock';
import type { Surroundings } from '../plot/surroundings';
import type { QuotaHost } from '../quota/quota-host';
import { failure } from '../server/job-end';
import type { ServerWorkflows } from '../server/workflows';

/** What a batch's workflow has to do with. */
export interface BatchNeighbours {
  around: Surroundings;
  workflows: ServerWorkflows;
  quota: () => QuotaHost;
}

/** How often things go wrong between a batch and Temporal. */
export interface BatchChances {
  /** A message, or its answer. */
  fails: number;
  /** A look at the account. */
  looksFail: number;
  /** It continues as new, whatever is under way. */
  renews: number;
  /** A look at the account takes up to so long. */
  lookMs: number;
  /** What was asked for in a run that is over happens all the same. */
  outlives: number;
}

/** Who has a batch decide, and who watches it. */
export interface BatchWatch {
  decides(host: BatchHost): void;
  beforeDecide(host: BatchHost): void;
  afterDecide(host: BatchHost, decision: Decision): void;
  /** A new run has taken over from `before`. */
  afterRenewal(host: BatchHost, before: Batch): void;
  /** What was found of servers has been taken. */
  afterLook(host: BatchHost, findings: Findings): void;
}

/**
 * A batch's workflow on virtual time: what it hears, as `workflows/batch/listen.ts` does, and how long what it asks for takes.
 * The answers that a run has asked for are not heard by the next one.
 */
export class BatchHost {
  batch: Batch;
  isOpen = true;
  hasEnded = false;
  run = 1;
  /** Servers that an operator has cancelled, or cut over, with their round then. */
  readonly cancels = new Map<string, number>();
  readonly cutOvers = new Map<string, number>();
  /** What operators hold back, and have approved, as they have said it. */
  readonly said = {
    paused: { batch: false, waves: new Set<string>(), servers: new Set<string>() },
    approved: new Set<string>(),
  };
  /** When servers were last retried. */
  readonly retries = new Map<string, number>();
  /** Jobs that it has known of without a workflow. */
  readonly knownJobs = new Set<string>();
  /** Changes of the plan under way. */
  handlers = 0;
  isEnding = false;
  wakeAt?: number;
  isSurveying = false;
  /** Its first look at the account. */
  isBrokenOff = false;
  private isDue = false;
  readonly startedAt: number;

  constructor(
    readonly near: BatchNeighbours,
    plan: Plan,
    readonly firstRunId: string,
    readonly chances: BatchChances,
    readonly watch: BatchWatch,
  ) {
    const { now } = near.around.clock;
    this.startedAt = now;
    this.batch = batchOf(newBatchState(plan, { firstRunId, taskQueue: 'q', now }));
    this.due();
  }

  get isStopped(): boolean {
    return statusOf(this.batch, this.near.around.clock.now) === 'stopped';
  }

  get name(): string {
    return this.batch.state.plan.name;
  }

  /** Terminated by somebody: what its servers do goes on. */
  terminate(): void {
    this.isOpen = false;
    this.run++;
  }

  serverReported(report: ServerReport): void {
    if (isStandingUnknown(this.batch.state.servers[report.server]))
      this.near.around.count('report before its workflow has said where it stands');
    this.hear((batch, now) => takeReport(batch, report, now));
  }

  accountReported(news: AccountReport): void {
    this.hear(({ state }, now) => takeAccountReport(state.account, news, now));
  }

  leaseGranted(lease: Lease): void {
    this.hear(({ state }, now) => {
      const { holding, grows } = takeLease(state.holding, lease, state.firstRunId);
      state.holding = holding;
      if (grows) state.hold = releasedHold(state.hold, now);
    });
  }

  leaseAsked(quotaRunId: string): void {
    this.hear(({ state }) => {
      state.holding = takeAsk(state.holding, quotaRunId);
    });
  }

  /** Takes what has happened; it decides in a moment. */
  hear(take: (batch: Batch, now: number) => void): void {
    take(this.batch, this.near.around.clock.now);
    this.near.around.touch(this.name);
    this.due();
  }

  due(): void {
    if (this.isDue) return;
    this.isDue = true;
    const { clock, random } = this.near.around;
    clock.after(random.chance(0.7) ? 0 : random.whole(1, 50), 'batch decides', () => {
      this.isDue = false;
      this.watch.decides(this);
    });
  }

  /** `act` takes effect where it meets its goal; `answer` is heard by the run that asked. */
  ask<T>(what: string, act: () => T, answer: (result: T) => void, mostMs = 600_000): void {
    const { around } = this.near;
    const { run } = this;
    around.clock.after(Math.min(around.late(), mostMs), what, () => {
      if (this.run !== run && !around.random.chance(this.chances.outlives)) return;
      const result = act();
      around.clock.after(around.random.whole(0, 200), `${what}: answer`, () => {
        if (this.run === run) answer(result);
        else around.count('answer to an earlier run');
      });
    });
  }

  /** One alarm at a time: the earliest. */
  wake(at: number | undefined): void {
    if (at === undefined || (this.wakeAt !== undefined && this.wakeAt <= at)) return;
    this.wakeAt = at;
    const { run } = this;
    this.near.around.clock.at(Math.max(at, this.near.around.clock.now + 1), 'batch wakes', () => {
      if (this.run !== run) return;
      if (this.wakeAt === at) this.wakeAt = undefined;
      this.due();
    });
  }

  later(): Wait {
    const { clock, random, late } = this.near.around;
    return { at: clock.now + late() + Math.floor(random.unit() * this.chances.lookMs) };
  }

  /** What a run waits for ends with the run. */
  process<R>(what: string, process: Process<R>, then: (result: R) => void): void {
    const { run } = this;
    const guarded = this.guarded(process, run);
    new Task(this.near.around.clock, what, guarded, (result) => {
      if (result !== undefined && this.run === run) then(result.value);
    }).begin();
  }

  private *guarded<R>(process: Process<R>, run: number): Process<{ value: R } | undefined> {
    let hasCome = true;
    for (;;) {
      if (this.run !== run) return undefined;
      let next: IteratorResult<Wait, R>;
      try {
        next = process.next(hasCome);
      } catch (error) {
        if (!(error instanceof LookFailed)) throw error;
        this.near.around.count('look-up failed');
        this.hear((batch, now) => takeLookUpTrouble(batch, failure('Forbidden.RAM'), now));
        return undefined;
      }
      if (next.done) return { value: next.value };
      hasCome = yield next.value;
    }
  }
}

/** The account, or Temporal, has refused to be looked at. */
export class LookFailed extends Error {}
