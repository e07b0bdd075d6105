import type { Plan, PlannedServer } from '../../src/plan';
import { type CarriedBatch, carriedBatch, unpackedBatch } from '../../workflows/batch/carry/carried-batch';
import { type Decision, decide } from '../../workflows/batch/decide';
import { lostReport, receivedReport, releasedHold, takeAsk, takeLease } from '../../workflows/batch/lease';
import {
  type Findings,
  takeFindings,
  takeLookUp,
  takeLookUpTrouble,
  takeOverRunning,
  takeSurveyEnd,
} from '../../workflows/batch/looks/findings';
import {
  betweenLooksMs,
  type StrayLook,
  strayLook,
  takeStrays,
  takeStrayTrouble,
} from '../../workflows/batch/looks/strays';
import {
  checkOrder,
  type OrderKind,
  type Orders,
  refuseTooLate,
  takeOrder,
} from '../../workflows/batch/orders/orders';
import {
  beginPlanChange,
  isUnchanged,
  planChanges,
  refuseChanges,
  takePlan,
} from '../../workflows/batch/orders/plan-change';
import { refusal } from '../../workflows/batch/orders/refusal';
import {
  endCheckOf,
  endedWithoutResult,
  migrationInput,
  takeEndCheck,
  takeNameInUse,
  takeNamesake,
  takeStarted,
} from '../../workflows/batch/server-workflow';
import { type Batch, batchOf, newBatchState, note, resumed, statusOf } from '../../workflows/batch/state';
import { takeReport } from '../../workflows/batch/take-report';
import { takeAccountReport } from '../../workflows/batch/telling/account-trouble';
import { announceAccount, announceEnd } from '../../workflows/batch/telling/announce';
import { takeDelivery, type Wish } from '../../workflows/batch/wishes';
import type { Lease, LeaseReport } from '../../workflows/contract/quota-messages';
import type { AccountReport, ServerReport } from '../../workflows/contract/server-messages';
import { newsDelivered, newsFailed } from '../../workflows/news/news';
import { type Process, Task, type Wait } from './clock';
import type { QuotaHost } from './quota-host';
import { failure, type ServerWorkflow } from './server-model';
import type { Surroundings } from './surroundings';
import type { ServerWorkflows } from './workflows';

/** What a batch's workflow has to do with. */
export interface BatchNeighbours {
  around: Surroundings;
  workflows: ServerWorkflows;
  quota: () => QuotaHost;
}

/** How often things go wrong between a batch and Temporal. */
export interface BatchChances {
  /** A look, or a message. */
  fails: number;
  /** It continues as new, whatever is under way. */
  renews: number;
  /** A look at the account takes up to so long. */
  lookMs: number;
  /** What was asked for in a run that is over happens all the same. */
  outlives: number;
}

/** Who watches a batch decide. */
export interface BatchWatch {
  beforeDecide(host: BatchHost): void;
  afterDecide(host: BatchHost, decision: Decision): void;
  afterRenewal(host: BatchHost, before: CarriedBatch): void;
}

/**
 * Feeds a batch as `workflows/batch/workflow.ts`, `listen.ts` and `carry-out.ts` do, on virtual time: the loop, the answers
 * that a run hears and the next one does not, Continue-As-New in mid-flight.
 */
export class BatchHost {
  batch: Batch;
  isOpen = true;
  hasEnded = false;
  /** Something of it may have changed since it was last looked at. */
  isTouched = true;
  run = 1;
  /** Servers that an operator has cancelled, or cut over, with their round then. */
  readonly cancels = new Map<string, number>();
  readonly cutOvers = new Map<string, number>();
  /** When servers were last retried. */
  readonly retries = new Map<string, number>();
  /** Jobs that it has known of without a workflow. */
  readonly knownJobs = new Set<string>();
  /** Changes of the plan under way. */
  handlers = 0;
  /** Servers whose workflow this run has started. */
  children = new Set<string>();
  private isDue = false;
  private isEnding = false;
  private wakeAt?: number;
  readonly startedAt: number;

  constructor(
    private readonly near: BatchNeighbours,
    plan: Plan,
    readonly firstRunId: string,
    private readonly chances: BatchChances,
    private readonly watch: BatchWatch,
  ) {
    const { now } = near.around.clock;
    this.startedAt = now;
    this.batch = batchOf(newBatchState(plan, { firstRunId, taskQueue: 'q', now }));
    this.due();
  }

  get isStopped(): boolean {
    return statusOf(this.batch) === 'stopped';
  }

  get name(): string {
    return this.batch.state.plan.name;
  }

  /** Terminated by somebody: what its servers do goes on. */
  terminate(): void {
    this.isOpen = false;
    this.run++;
  }

  // What listens.

  serverReported(report: ServerReport): void {
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

  /** Throws what refuses it. */
  order<K extends OrderKind>(kind: K, order: Orders[K]): void {
    checkOrder(this.batch, kind, order);
    const { index, state } = this.batch;
    const noted = kind === 'cancel' ? this.cancels : kind === 'cutOver' ? this.cutOvers : undefined;
    const { servers = kind === 'cutOver' ? Object.keys(state.servers) : [] } = order as {
      servers?: string[];
    };
    for (const name of servers)
      if (
        index.withWorkflow.has(name) &&
        (kind === 'cancel' || 'servers' in order || index.phaseOf(name) === 'synced')
      )
        noted?.set(name, index.record(name).round);
    this.hear((batch, now) => {
      const answer = takeOrder(batch, kind, order, now);
      if (kind === 'retry') for (const name of answer.servers ?? []) this.retries.set(name, now);
    });
  }

  /** Throws what refuses it at once. */
  changePlan(plan: Plan): void {
    const { batch } = this;
    refuseTooLate(batch);
    if (batch.state.planChange) throw refusal('another change is under way');
    refuseChanges(batch, plan);
    this.handlers++;
    this.process('plan change', this.changing(plan), () => {
      this.handlers--;
      this.hear(() => undefined);
    });
  }

  private *changing(plan: Plan): Process<void> {
    const { around } = this.near;
    while (this.batch.state.stage === 'surveying' || this.batch.state.planChange)
      yield { at: around.clock.now + 1_000 };
    const { batch } = this;
    const changes = planChanges(batch.state.plan, plan, batch.index);
    try {
      if (!isUnchanged(changes)) {
        const asked = beginPlanChange(batch, plan);
        try {
          const findings = asked.length > 0 ? yield* this.lookUp(plan, asked) : undefined;
          takePlan(batch, plan, findings, around.clock.now);
          around.count('plan changed');
          yield* this.lookForStrays(strayLook(batch));
        } finally {
          batch.state.planChange = undefined;
        }
      }
      note(batch.state, 'operator', 'changed the plan', around.clock.now);
    } catch (error) {
      if (!(error instanceof Error) || !isExpected(error)) throw error;
      around.count('plan change refused late');
    }
  }

  // The loop.

  private hear(take: (batch: Batch, now: number) => void): void {
    take(this.batch, this.near.around.clock.now);
    this.isTouched = true;
    this.due();
  }

  private due(): void {
    if (this.isDue) return;
    this.isDue = true;
    const { clock, random } = this.near.around;
    clock.after(random.chance(0.7) ? 0 : random.whole(1, 50), 'batch decides', () => {
      this.isDue = false;
      this.decide();
    });
  }

  private decide(): void {
    if (!this.isOpen || this.isEnding) return;
    this.isTouched = true;
    const { clock, random } = this.near.around;
    if (this.handlers === 0 && random.chance(this.chances.renews)) this.continueAsNew();
    this.watch.beforeDecide(this);
    const decision = decide(this.batch, clock.now);
    this.watch.afterDecide(this, decision);
    this.carryOut(decision);
    if (!decision.isOver || this.handlers > 0) return;
    this.isEnding = true;
    this.process('batch ends', this.ending(), () => {
      this.batch.state.stage = 'ended';
      this.isOpen = false;
      this.hasEnded = true;
    });
  }

  private continueAsNew(): void {
    const { around } = this.near;
    around.count('batch continued as new');
    const before = JSON.parse(JSON.stringify(carriedBatch(this.batch.state))) as CarriedBatch;
    const kept = JSON.parse(JSON.stringify(before)) as CarriedBatch;
    this.run++;
    this.children = new Set();
    this.wakeAt = undefined;
    this.isSurveying = false;
    this.isBrokenOff = false;
    this.batch = batchOf(resumed(unpackedBatch(before), around.clock.now));
    this.watch.afterRenewal(this, kept);
  }

  private *ending(): Process<void> {
    const { around, quota } = this.near;
    const { batch } = this;
    const { state } = batch;
    state.stage = 'ending';
    if (batch.index.strays.existing + batch.index.leftovers > 0) {
      yield* this.lookForStrays(strayLook(batch));
      if (state.strays.missing.length > 0) {
        yield { at: around.clock.now + betweenLooksMs(batch) };
        yield* this.lookForStrays(strayLook(batch));
      }
    }
    announceAccount(batch, around.clock.now, true);
    announceEnd(batch, around.clock.now);
    const until = around.clock.now + 60_000;
    while (state.holding.reportOnItsWay && around.clock.now < until) yield { at: around.clock.now + 500 };
    const { leftovers, strays } = batch.index;
    yield this.later();
    state.stage = 'leaving';
    quota().returned(this.name, { existing: leftovers + strays.existing, running: strays.running });
  }

  // What carries out.

  private carryOut(decision: Decision): void {
    const { wishes, report, surveys, cancelsSurvey, lookUp, strays, endCheck, news, wakeAt } = decision;
    for (const one of wishes) {
      if (one.kind === 'start') this.startServer({ ...one });
      else this.sendOrder({ ...one });
    }
    if (surveys) this.survey();
    if (cancelsSurvey) this.breakOffSurvey();
    if (lookUp) this.lookUpServers(lookUp);
    if (strays) this.process('stray look', this.lookForStrays(strays), () => undefined);
    if (endCheck) this.checkEnds(endCheck);
    if (report) this.reportLease(report);
    if (news) this.sendNews();
    this.wake(wakeAt);
  }

  /** `act` takes effect where it meets its goal; `answer` is heard by the run that asked. */
  private ask<T>(what: string, act: () => T, answer: (result: T) => void): void {
    const { around } = this.near;
    const { run } = this;
    around.clock.after(around.late(), what, () => {
      if (this.run !== run && !around.random.chance(this.chances.outlives)) return;
      const result = act();
      around.clock.after(around.random.whole(0, 200), `${what}: answer`, () => {
        if (this.run === run) answer(result);
        else around.count('answer to an earlier run');
      });
    });
  }

  private startServer(sent: Wish): void {
    const { workflows, around } = this.near;
    const { server } = sent;
    const { batch } = this;
    const input = migrationInput(batch, server);
    const { round } = input;
    this.children.add(server);
    this.ask(
      'start',
      () => workflows.start(structuredClone(input)),
      (started) => {
        if (started) {
          around.count('server started');
          this.hear(() => takeStarted(batch, server, round, started.runId));
          this.watchEnd(server, round, started);
          return;
        }
        around.count('name in use');
        this.children.delete(server);
        let asks = false;
        this.hear((_, now) => {
          asks = takeNameInUse(batch, sent, round, now);
        });
        if (asks)
          this.ask(
            'namesake',
            () => workflows.namesake(input.batch, server),
            (found) => this.hear((_, now) => takeNamesake(batch, server, round, found, now)),
          );
      },
    );
  }

  private watchEnd(server: string, round: number, started: ServerWorkflow): void {
    const { around } = this.near;
    const { run } = this;
    const tell = () =>
      around.clock.after(around.random.whole(0, 2_000), 'end seen', () => {
        if (this.run !== run || !this.isOpen) return;
        this.children.delete(server);
        const error = endedWithoutResult(this.name, 'terminated');
        const result = started.result ?? { outcome: 'failed' as const, error };
        this.hear((batch, now) => takeReport(batch, { kind: 'ended', server, round, result }, now));
      });
    if (started.isOpen) started.onClose.push(tell);
    else tell();
  }

  private sendOrder(sent: Wish): void {
    const { workflows, around } = this.near;
    const { batch } = this;
    const { server, kind } = sent;
    const { runId, round, grantedRequest = 0 } = batch.index.record(server);
    const grant = {
      slotRequest: grantedRequest,
      round: round || undefined,
      wantsStartAccepted: batch.state.hold !== undefined,
    };
    this.ask(
      kind,
      () => {
        const workflow = workflows.running(this.name, server);
        const isMet = workflow && (runId === undefined || workflow.runId === runId);
        if (!isMet || around.random.chance(this.chances.fails)) return false;
        around.count(kind);
        if (kind === 'cancel') workflow.cancel();
        else if (kind === 'cutOver') workflow.cutOver();
        else workflow.grant(grant);
        return true;
      },
      (isDelivered) => this.hear((_, now) => takeDelivery(batch, sent, isDelivered, now)),
    );
  }

  private survey(): void {
    const { around } = this.near;
    this.isSurveying = true;
    const { plan } = this.batch.state;
    this.process('survey', this.surveying(plan), () => {
      if (this.batch.state.stage === 'surveying') this.hear((batch, now) => takeSurveyEnd(batch, now));
    });
    around.count('survey');
  }

  private *surveying(plan: Plan): Process<void> {
    const findings = yield* this.found(plan, plan.servers);
    // Broken off meanwhile.
    if (this.batch.state.stage !== 'surveying' || this.isBrokenOff) return;
    const { batch } = this;
    takeFindings(batch, plan, findings, this.near.around.clock.now);
    const look = strayLook(batch);
    yield this.later();
    const found = this.near.workflows.jobsOfBatch({ batch: plan.name, expected: look.expected });
    yield this.later();
    if (!this.isBrokenOff) takeStrays(batch, look, found, this.near.around.clock.now);
  }

  private isSurveying = false;
  private isBrokenOff = false;

  private breakOffSurvey(): void {
    if (this.isBrokenOff || !this.isSurveying) return;
    this.isBrokenOff = true;
    this.near.around.count('survey broken off');
    const { plan } = this.batch.state;
    const asked = plan.servers.map(({ name, sourceId }) => ({ name, sourceId }));
    this.ask(
      'take over',
      () => this.near.workflows.earlier(plan.name, asked),
      (found) => {
        takeOverRunning(this.batch, found, this.near.around.clock.now);
        this.hear((batch, now) => takeSurveyEnd(batch, now));
      },
    );
  }

  private lookUpServers(servers: readonly PlannedServer[]): void {
    const { around } = this.near;
    const { plan } = this.batch.state;
    around.count('look-up');
    this.process('look-up', this.lookUp(plan, servers), (findings) =>
      this.hear((batch, now) => takeLookUp(batch, plan, findings, now)),
    );
  }

  /** Throws where the account refuses. */
  private *lookUp(plan: Plan, servers: readonly PlannedServer[]): Process<Findings> {
    if (this.near.around.random.chance(this.chances.fails)) {
      yield this.later();
      throw new LookFailed();
    }
    return yield* this.found(plan, servers);
  }

  private *found(plan: Plan, servers: readonly PlannedServer[]): Process<Findings> {
    const { workflows } = this.near;
    yield this.later();
    const surveyed = workflows.survey(plan.name, servers);
    yield this.later();
    const asked = surveyed.map(({ name, found }) => ({
      name,
      sourceId: found.length === 1 ? found[0] : undefined,
    }));
    const earlier = workflows.earlier(plan.name, asked);
    yield this.later();
    return { surveyed, earlier };
  }

  private *lookForStrays(look: StrayLook): Process<void> {
    const { around, workflows } = this.near;
    yield this.later();
    around.count('stray look');
    if (around.random.chance(this.chances.fails)) {
      this.hear((batch, now) => takeStrayTrouble(batch, failure('Forbidden.RAM'), now));
      return;
    }
    const found = workflows.jobsOfBatch({ batch: this.name, expected: look.expected });
    yield this.later();
    this.hear((batch, now) => takeStrays(batch, look, found, now));
  }

  private checkEnds(names: readonly string[]): void {
    const { workflows, around } = this.near;
    const { batch } = this;
    const question = endCheckOf(
      batch,
      names.filter((name) => !this.children.has(name)),
    );
    const servers = [...question.records.keys()];
    if (servers.length > 0) around.count('ask after');
    this.ask(
      'ask after',
      () => (servers.length > 0 ? workflows.ended(this.name, servers, question.standings) : []),
      (found) => this.hear((_, now) => takeEndCheck(batch, question, found, now)),
    );
  }

  private reportLease(report: LeaseReport): void {
    const { around, quota } = this.near;
    this.ask(
      'lease report',
      () => {
        if (around.random.chance(this.chances.fails)) return false;
        quota().report(report);
        if (around.random.chance(this.chances.fails))
          around.clock.after(around.random.whole(0, 30_000), 'lease report repeated', () => {
            around.count('lease report repeated');
            quota().report(report);
          });
        return !around.random.chance(this.chances.fails);
      },
      (isReceived) =>
        this.hear(({ state }) => {
          if (!isReceived) around.count('lease report lost');
          state.holding = isReceived ? receivedReport(state.holding, {}) : lostReport(state.holding);
        }),
    );
  }

  private sendNews(): void {
    const { around } = this.near;
    this.ask(
      'news',
      () => around.random.chance(1 - this.chances.fails),
      (isDelivered) =>
        this.hear(({ state }, now) => {
          if (isDelivered) newsDelivered(state.news, now);
          else newsFailed(state.news, { reason: 'away', isFinal: false }, now);
        }),
    );
  }

  /** One alarm at a time: the earliest. */
  private wake(at: number | undefined): void {
    if (at === undefined || (this.wakeAt !== undefined && this.wakeAt <= at)) return;
    this.wakeAt = at;
    const { run } = this;
    this.near.around.clock.at(Math.max(at, this.near.around.clock.now + 1), 'batch wakes', () => {
      if (this.run !== run) return;
      if (this.wakeAt === at) this.wakeAt = undefined;
      this.due();
    });
  }

  private later(): Wait {
    const { clock, random, late } = this.near.around;
    return { at: clock.now + late() + Math.floor(random.unit() * this.chances.lookMs) };
  }

  /** What a run waits for ends with the run. */
  private process<R>(what: string, process: Process<R>, then: (result: R) => void): void {
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

class LookFailed extends Error {}
const isExpected = (error: Error) => error instanceof LookFailed || error.constructor.name === 'OrderRefused';
