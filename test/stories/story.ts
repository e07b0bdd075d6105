import type { Plan } from '../../src/plan';
import type { Decision } from '../../workflows/batch/decide';
import type { AccountReport, ServerReport } from '../../workflows/contract/server-messages';
import type { Slots } from '../../workflows/contract/slots';
import { resources } from '../../workflows/contract/slots';
import { Account } from './account';
import { BatchHost, type BatchWatch } from './batch-host';
import { Clock } from './clock';
import { type Mood, randomMood } from './mood';
import { randomOrder } from './operators';
import { randomPlan } from './plans';
import { QuotaHost } from './quota-host';
import { Random } from './random';
import { judgeIndex } from './rules/index-rule';
import { judgeKnownJobs } from './rules/job-rule';
import { judgeDeal, judgeHolding, judgeSum, starved } from './rules/quota-rule';
import { judgeRecord } from './rules/record-rule';
import { forgetHeard, judgeCancel, judgeServers } from './rules/server-rule';
import { beforeDecision, judgeStarts } from './rules/start-rule';
import { judgeWake, waitingWithoutReason } from './rules/wake-rule';
import { failure } from './server-model';
import type { Surroundings, Teller } from './surroundings';
import { must, Violation } from './violation';
import { ServerWorkflows } from './workflows';

const minute = 60_000;
/** That only a server's own workflow fails with. */
const ownFailures = new Set([
  'InternalError',
  'InvalidParameter',
  'ReplicationJob.Stalled',
  'ReplicationJob.Stopped',
]);
const hour = 60 * minute;
/** When every story begins. */
const midnight = Date.UTC(2030, 0, 7);

export interface Told {
  steps: number;
  virtualMs: number;
  seen: Map<string, number>;
}

/** One story, from its number alone. Throws a {@link Violation}, or what the product has thrown. */
export function tellStory(seed: number, trace?: (line: string) => void): Told {
  return new Story(seed, trace).tell();
}

/** An account with its batches, quota, servers and operators on virtual time: trouble at first, then calm until all have ended. */
class Story implements Surroundings {
  readonly random: Random;
  readonly clock: Clock;
  readonly account: Account;
  private readonly mood: Mood;
  private readonly seen = new Map<string, number>();
  private readonly batches = new Map<string, BatchHost>();
  private readonly workflows: ServerWorkflows;
  private readonly quota: QuotaHost;
  private isCalm = false;
  private lives = 0;
  private steps = 0;
  private before?: ReturnType<typeof beforeDecision>;
  /** What there was when sources were last judged. */
  private judged = { started: 0, images: 0 };
  /** Since when a server waits without a reason. */
  private readonly idleSince = new Map<string, number>();

  constructor(
    seed: number,
    private readonly trace?: (line: string) => void,
  ) {
    this.random = new Random(seed);
    const { random } = this;
    this.mood = randomMood(random);
    this.clock = new Clock(midnight + random.whole(0, 24 * 60) * minute);
    const { quota, account } = this.mood;
    this.account = new Account(this.clock, random, quota, account, (what) => this.count(what));
    this.account.onChange = (job) => this.workflows.ofJob(job)?.poke();
    this.account.onFull = (resource) => this.full(resource);
    this.account.others = this.mood.othersComeAndGo ? this.someOthers() : { existing: 0, running: 0 };
    this.workflows = new ServerWorkflows(this);
    this.quota = new QuotaHost(this, this.batches, this.mood.quotaChances, (before, after) =>
      judgeDeal(before, after, this.clock.now),
    );
  }

  // What the models have around them.

  late = (): number => {
    const { random, mood, isCalm } = this;
    const odds = random.unit();
    if (isCalm || odds > mood.lateness) return random.whole(5, 500);
    return odds < mood.lateness / 6 ? random.whole(1_000, 200_000) : random.whole(500, 15_000);
  };

  count = (what: string): void => {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
    this.trace?.(`${this.time()}   ${what}`);
  };

  deliver = (name: string, report: ServerReport, from: Teller, isRepeated: boolean): void => {
    this.trace?.(`${this.time()}   report ${JSON.stringify(report)}`);
    this.count(`report ${report.kind}`);
    const host = this.batches.get(name);
    if (!host?.isOpen) {
      this.count('report to nobody');
      return;
    }
    const changesPhase =
      report.kind === 'ended' || report.kind === 'stoppedRunning' || report.kind === 'wantsSlot';
    if (!isRepeated && changesPhase) from.lastReport = { report, firstRunId: host.firstRunId };
    host.serverReported(report);
    const hasFailed =
      report.kind === 'ended' &&
      (report.result.outcome === 'failed' || report.result.outcome === 'cancelled');
    if (hasFailed && !isRepeated && !this.isCalm && this.random.chance(this.mood.hastyRetries))
      this.clock.after(this.random.whole(0, 20_000), 'hasty retry', () => {
        if (host.isOpen && tries(() => host.order('retry', { by: 'operator', servers: [report.server] })))
          this.count('hasty retry');
      });
  };

  // The plot.

  tell(): Told {
    const { clock, random, mood } = this;
    const begin = clock.now;
    for (let i = 0; i < mood.batches; i++) {
      const name = `b${i}`;
      clock.after(random.whole(0, 10) * minute, 'apply', () => this.apply(name));
    }
    const calmAt = begin + mood.troubleMs;
    this.trouble(calmAt);
    this.watchdog();
    clock.at(calmAt, 'calm', () => this.isCalm || this.calm());
    while (!this.isOver()) {
      must(clock.nextAt !== undefined, 'all ends', () => `nothing is due any more: ${this.state()}`);
      must(clock.now < calmAt + 30 * 24 * hour, 'all ends', () => `after a month: ${this.state()}`);
      must(this.steps < 30_000, 'all ends', () => `steps without end: ${this.state()}`);
      this.step();
    }
    this.judgeEnd();
    return { steps: this.steps, virtualMs: clock.now - begin, seen: this.seen };
  }

  private step(): void {
    const { workflows, account, quota, clock } = this;
    clock.step();
    this.steps++;
    for (const host of this.batches.values()) {
      if (!host.isTouched || !host.isOpen) continue;
      host.isTouched = false;
      judgeIndex(host.batch);
      for (const [name, record] of Object.entries(host.batch.state.servers)) judgeRecord(name, record);
      this.judgeFailures(host);
      forgetHeard(host, workflows);
      judgeKnownJobs(host, account);
    }
    const isOfQuota = clock.what.startsWith('quota');
    for (const host of this.batches.values()) {
      if (!host.isOpen) continue;
      if (!isOfQuota) judgeServers(host, workflows, account);
      if (quota.state) judgeHolding(host, quota.state);
    }
    if (this.mood.isExact) judgeSum([...this.batches.values()], this.mood.quota, () => this.state());
    if (this.judged.started !== workflows.started || this.judged.images !== account.images)
      this.judgeSources();
  }

  private apply(name: string, plan?: Plan): void {
    const { random, account, mood, clock } = this;
    const applied = plan ?? randomPlan(random, account, name, mood.plans, clock.now);
    if (mood.statesOddQuota && random.chance(0.5))
      applied.account.quota = {
        jobs: mood.quota.jobs + random.whole(0, 3),
        running: mood.quota.running + random.whole(-1, 3),
      };
    applied.account.quota.running = Math.max(1, applied.account.quota.running);
    this.count('batch applied');
    const near = { around: this, workflows: this.workflows, quota: () => this.quota };
    const firstRunId = `life-${++this.lives}`;
    const host = new BatchHost(near, structuredClone(applied), firstRunId, mood.batchChances, this.watch);
    this.batches.set(name, host);
    if (account.isInTrouble) host.accountReported(this.accountReported());
    if (!this.isCalm && random.chance(0.03))
      clock.after(random.whole(0, 30_000), 'regret', () => {
        if (host.isOpen) tries(() => host.order('cancel', { by: 'operator' }));
      });
  }

  /** What happens to the batches now and then, while there is trouble. */
  private trouble(until: number): void {
    const { clock, random, mood } = this;
    const isDone =
      this.batches.size === mood.batches && [...this.batches.values()].every(({ hasEnded }) => hasEnded);
    const next = clock.now + Math.ceil((mood.troubleMs / mood.events) * random.unit() * 2);
    if (next >= until || isDone) {
      if (isDone && !this.isCalm) this.calm();
      return;
    }
    clock.at(next, 'trouble', () => {
      this.happen(random.weighted(mood.troubles));
      this.trouble(until);
    });
  }

  private happen(what: keyof Mood['troubles']): void {
    const { random, account, clock, mood } = this;
    const open = [...this.batches.values()].filter(({ isOpen }) => isOpen);
    const host = open.length > 0 ? random.pick(open) : undefined;
    switch (what) {
      case 'order':
        if (host) randomOrder(this, host, mood.plans, { mayLower: mood.statesOddQuota });
        return;
      case 'terminateBatch':
        if (!host) return;
        this.count('batch terminated');
        this.trace?.(`${this.time()} ${host.name} terminated`);
        host.terminate();
        clock.after(random.whole(2_000, 20 * minute), 'apply again', () =>
          this.apply(host.name, host.batch.state.plan),
        );
        return;
      case 'terminateServer': {
        const running = [...this.workflows.open];
        if (running.length === 0) return;
        this.count('server terminated');
        random.pick(running).terminate();
        return;
      }
      case 'loseQuota':
        if (this.quota.state) this.quota.lose();
        return;
      case 'others':
        account.others = this.someOthers();
        this.count('others change');
        return;
      case 'cleanUp': {
        const left = [...account.jobs.values()].filter(
          (job) => job.status !== 'Running' && !this.workflows.ofJob(job),
        );
        if (left.length === 0) return;
        this.count('job cleaned up by somebody');
        account.cleanUp(random.pick(left));
        return;
      }
      case 'account':
        this.refuse();
    }
  }

  /** The account refuses whoever calls, for a while. */
  private refuse(): void {
    const { account, clock, random } = this;
    if (account.isInTrouble) return;
    account.isInTrouble = true;
    this.count('account trouble');
    const until = clock.now + random.whole(1, 20) * minute;
    const say = () => {
      if (clock.now >= until || this.isCalm) account.isInTrouble = false;
      for (const host of this.batches.values()) if (host.isOpen) host.accountReported(this.accountReported());
      if (account.isInTrouble) clock.after(minute, 'account refuses', say);
    };
    say();
  }

  private accountReported = (): AccountReport => ({
    worker: 'w1',
    error: this.account.isInTrouble ? failure('Forbidden.RAM') : undefined,
  });

  private someOthers(): Slots {
    const { random } = this;
    const { jobs, running } = this.mood.quota;
    const runs = random.whole(0, Math.floor(running / 2));
    return { existing: random.whole(runs, Math.max(runs, Math.floor(jobs / 2))), running: runs };
  }

  /** From now on all is well, and operators see to it that nothing waits for them. */
  private calm(): void {
    this.isCalm = true;
    this.trace?.(`${this.time()} CALM`);
    const { account, mood } = this;
    Object.assign(account.mood, { breaks: 0, vanishes: 0, stands: 0, refusesWithoutReason: 0 });
    Object.assign(mood.batchChances, { fails: 0 });
    Object.assign(mood.quotaChances, { fails: 0, countFails: 0 });
    account.others = { existing: 0, running: 0 };
    for (const source of account.sources.values()) source.isOccupied = undefined;
    this.tend();
  }

  private tend(): void {
    const { clock } = this;
    for (const host of this.batches.values()) {
      if (!host.isOpen) continue;
      const { state, index } = host.batch;
      const orders: (() => void)[] = [
        ...state.plan.waves
          .filter(({ name, after }) => after === 'approval' && !state.gates.approvedWaves.includes(name))
          .map(
            ({ name }) =>
              () =>
                host.order('approve', { by: 'tender', wave: name }),
          ),
      ];
      if (index.counts.synced > 0) orders.push(() => host.order('cutOver', { by: 'tender' }));
      const isHeld =
        state.gates.paused.batch || [...state.gates.paused.waves, ...state.gates.paused.servers].length > 0;
      if (isHeld || host.isStopped) orders.push(() => host.order('resume', { by: 'tender' }));
      const { jobs, running } = this.mood.quota;
      const { quota } = state.plan.account;
      if (quota.jobs !== jobs || quota.running !== running)
        orders.push(() => host.order('setLimits', { by: 'tender', jobsQuota: jobs, runningQuota: running }));
      // What was left takes slots that others may need: it is cleaned up.
      if (index.haveAllEnded) continue;
      for (const order of orders) tries(order);
    }
    for (const job of this.account.jobs.values()) {
      const isWorked = this.workflows.running(job.batch, job.server) !== undefined;
      if (isWorked) continue;
      this.account.stop(job);
      this.account.cleanUp(job);
    }
    clock.after(10 * minute, 'tend', () => this.tend());
  }

  // What must hold.

  private readonly watch: BatchWatch = {
    beforeDecide: ({ batch }) => {
      this.before = beforeDecision(batch);
    },
    afterDecide: (host, decision) => this.judgeDecision(host, decision),
    afterRenewal: ({ batch }) => judgeIndex(batch),
  };

  private judgeDecision(host: BatchHost, decision: Decision): void {
    const { now } = this.clock;
    if (this.trace) this.traceDecision(host, decision);
    judgeStarts(host.batch, this.before!, decision, now);
    judgeCancel(host, this.workflows);
    const waitsForClose = [...this.before!.records.values()].some(
      (record) => 'notBefore' in record && record.notBefore,
    );
    if (this.random.chance(waitsForClose ? 1 : this.mood.peeks) && !decision.isOver)
      judgeWake(host.batch, now, decision.wakeAt, this.random);
  }

  /** Every few minutes: whoever waits has a reason. */
  private watchdog(): void {
    const { now } = this.clock;
    for (const host of this.batches.values()) {
      const idle = host.isOpen ? waitingWithoutReason(host.batch, now) : [];
      for (const { name } of host.batch.state.plan.servers)
        if (!idle.includes(name)) this.idleSince.delete(name);
      for (const name of idle) {
        const since = this.idleSince.get(name) ?? now;
        this.idleSince.set(name, since);
        must(
          now - since < 21 * minute,
          'who waits has a reason',
          () => `${name} waits without one for ${(now - since) / 1000} s: ${this.state()}`,
        );
      }
    }
    const hungry = starved([...this.batches.values()], this.quota.state, now);
    for (const name of this.batches.keys()) if (!hungry.includes(name)) this.idleSince.delete(name);
    for (const name of hungry) {
      const since = this.idleSince.get(name) ?? now;
      this.idleSince.set(name, since);
      must(
        now - since < 25 * minute,
        'a free slot is not idle',
        () => `${name} could start something, and does not for ${(now - since) / 1000} s: ${this.state()}`,
      );
    }
    this.clock.after(10 * minute, 'watchdog', () => this.watchdog());
  }

  private judgeFailures({ batch, name: batchName, retries }: BatchHost): void {
    for (const [name, record] of Object.entries(batch.state.servers)) {
      if (record.phase !== 'failed') continue;
      const all = this.workflows.byName.get(`${batchName}/${name}`) ?? [];
      const retriedAt = retries.get(name);
      if (retriedAt !== undefined && ownFailures.has(record.error.code))
        must(
          all.some(({ startedAt }) => startedAt >= retriedAt),
          'a retry is a new try',
          () => `${name} was retried, and failed without a workflow of its own`,
        );
      if (record.error.code !== 'WorkflowEnded') continue;
      must(
        all.some(({ isTerminated }) => isTerminated),
        'a failure has its cause',
        () => `${name} failed for the end of its workflow, which nobody has ended`,
      );
    }
  }

  private judgeSources(): void {
    this.judged = { started: this.workflows.started, images: this.account.images };
    const bySource = new Map<string, string>();
    for (const { input } of this.workflows.open) {
      const key = `${input.batch} ${input.sourceId}`;
      const other = bySource.get(key);
      must(
        other === undefined,
        'one workflow a source',
        () => `${other} and ${input.server} are at work on ${input.sourceId}`,
      );
      bySource.set(key, input.server);
    }
    for (const { sourceId, images } of this.account.sources.values())
      must(
        images <= 1,
        'each source is migrated once',
        () => `${sourceId} was migrated ${images} times: ${this.state()}`,
      );
  }

  /** The account was full, though nobody but we could have filled it. */
  private full(resource: keyof Slots): void {
    this.count('account full');
    must(
      !this.mood.isExact,
      'no quota exceeded',
      () =>
        `one more job would be too many (${resource}): ${JSON.stringify(this.account.usage())}; ${this.state()}`,
    );
  }

  private isOver(): boolean {
    if (!this.isCalm || this.workflows.open.size > 0 || this.quota.state) return false;
    return (
      this.batches.size === this.mood.batches && [...this.batches.values()].every(({ hasEnded }) => hasEnded)
    );
  }

  private judgeEnd(): void {
    for (const { batch, name } of this.batches.values()) {
      const { state, index } = batch;
      const open = Object.keys(state.wishes);
      must(open.length === 0, 'no wish is left', () => `${name}: ${open.join(', ')}`);
      must(index.haveAllEnded, 'all ends', () => this.state());
      must(
        index.withWorkflow.size === 0 &&
          resources.every(
            (r) => index.inUse[r] === index.leftovers + index.strays.existing || r === 'running',
          ),
        'no slot is lost',
        () => `${name} uses ${JSON.stringify(index.inUse)}`,
      );
      must(index.inUse.running === index.strays.running, 'no slot is lost', () => `${name} runs`);
    }
  }

  // For a trace.

  private time = () => new Date(this.clock.now).toISOString().slice(8, 23);

  private state(): string {
    const batches = [...this.batches.values()].map(({ batch, name, isOpen, hasEnded }) => {
      const { state } = batch;
      const servers = Object.entries(state.servers).map(
        ([server, record]) => `${server} ${JSON.stringify(record)}`,
      );
      return `\n${name} ${state.stage} open ${isOpen} ended ${hasEnded} paused ${JSON.stringify(state.gates)} holding ${JSON.stringify(state.holding)} hold ${JSON.stringify(state.hold)} wishes ${Object.keys(state.wishes)}\n  ${servers.join('\n  ')}`;
    });
    const open = [...this.workflows.open].map(
      ({ input, standing }) => `${input.server} ${JSON.stringify(standing)}`,
    );
    return `${this.time()} jobs ${JSON.stringify([...this.account.jobs.values()])} ${batches.join('')}\nworkflows ${open.join('\n  ')}\nquota ${JSON.stringify(this.quota.state)}`;
  }

  private traceDecision(
    host: BatchHost,
    { wishes, report, lookUp, strays, endCheck, wakeAt }: Decision,
  ): void {
    const { index } = host.batch;
    const done = [
      ...wishes.map(({ kind, server, sends }) => `${kind} ${server} (${sends})`),
      ...(report ? [`report ${JSON.stringify(report)}`] : []),
      ...(lookUp ? ['look-up'] : []),
      ...(strays ? ['strays'] : []),
      ...(endCheck ? ['ask after'] : []),
    ];
    const counts = Object.entries(index.counts).filter(([, count]) => count > 0);
    this.trace?.(
      `${this.time()} ${host.name} decides: ${done.join(', ') || '-'}; ${counts.map(([phase, count]) => `${count} ${phase}`).join(' ')}; in use ${index.inUse.existing}/${index.inUse.running}; wakes ${wakeAt === undefined ? 'never' : `in ${wakeAt - this.clock.now}`}`,
    );
  }
}

/** Whether an order was not refused. */
function tries(order: () => void): boolean {
  try {
    order();
    return true;
  } catch (error) {
    if ((error as Error).constructor.name !== 'OrderRefused') throw error;
    return false;
  }
}

export { Violation };
