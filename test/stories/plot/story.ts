import type { Plan } from '../../../src/plan';
import type { ServerReport } from '../../../workflows/contract/server-messages';
import { Account } from '../account/account';
import { BatchHost, type BatchWatch } from '../batch/batch-host';
import { decideNow } from '../batch/loop';
import { giveOrder } from '../batch/orders';
import { carried } from '../clock/carried';
import { Clock } from '../clock/clock';
import { Random } from '../clock/random';
import { Judge } from '../judge/judge';
import { must } from '../judge/violation';
import { randomPlan } from '../operator/random-plan';
import { tend } from '../operator/tender';
import { tries } from '../operator/tries';
import { QuotaHost } from '../quota/quota-host';
import { ServerWorkflows } from '../server/workflows';
import { type Mood, moodOf, usualTalk } from './mood';
import type { Talk, Teller } from './surroundings';
import { timeText, worldText } from './trace';
import { accountReported, makeTrouble, someOthers } from './troubles';
import type { World } from './world';

const minute = 60_000;
const hour = 60 * minute;
/** When every story begins. */
const midnight = Date.UTC(2030, 0, 7);

/** What a story was like. */
export interface Told {
  steps: number;
  virtualMs: number;
  seen: Map<string, number>;
}

/** One story, from its number alone. Throws a `Violation`, or what the product has thrown. */
export function tellStory(seed: number, trace?: (line: string) => void): Told {
  return new Story(seed, trace).tell();
}

/** An account with its batches, quota, servers and operators on virtual time: trouble at first, then calm until all have ended. */
class Story implements World {
  readonly random: Random;
  readonly clock: Clock;
  readonly account: Account;
  readonly mood: Mood;
  readonly batches = new Map<string, BatchHost>();
  readonly workflows: ServerWorkflows;
  readonly quota: QuotaHost;
  isCalm = false;
  private readonly judge: Judge;
  private readonly seen = new Map<string, number>();
  private lives = 0;
  private steps = 0;

  constructor(
    seed: number,
    readonly trace?: (line: string) => void,
  ) {
    this.random = new Random(seed);
    const { random } = this;
    this.mood = moodOf(seed, random);
    this.clock = new Clock(midnight + random.whole(0, 24 * 60) * minute);
    const { quota, account, othersComeAndGo, quotaChances } = this.mood;
    this.judge = new Judge(this);
    this.account = new Account(this.clock, random, quota, account, this.count);
    this.account.onChange = (job) => {
      this.touch(job.batch);
      this.workflows.ofJob(job)?.poke();
    };
    this.account.onFull = (resource) => {
      this.count('account full');
      this.judge.full(resource);
    };
    this.account.others = othersComeAndGo ? someOthers(this) : { existing: 0, running: 0 };
    this.workflows = new ServerWorkflows(this);
    this.quota = new QuotaHost(this, this.batches, quotaChances, (before, after) =>
      this.judge.afterDeal(before, after),
    );
  }

  // What the models have around them.

  late = (): number => {
    const { random, mood, isCalm } = this;
    const odds = random.unit();
    if (isCalm || odds > mood.lateness) return random.whole(5, 500);
    return odds < mood.lateness / 6 ? random.whole(1_000, 200_000) : random.whole(500, 15_000);
  };

  get talk(): Talk {
    return this.mood.talk;
  }

  touch = (batch: string): void => this.judge.touch(batch);

  count = (what: string): void => {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
    this.trace?.(`${timeText(this.clock.now)}   ${what}`);
  };

  describe = (): string => worldText(this);

  deliver = (name: string, report: ServerReport, from: Teller, isRepeated: boolean): void => {
    this.trace?.(`${timeText(this.clock.now)}   report ${JSON.stringify(report)}`);
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
    if (!isRepeated && report.kind === 'ended' && !this.isCalm) this.retryHastily(host, report);
  };

  private retryHastily(host: BatchHost, { server, result }: ServerReport & { kind: 'ended' }): void {
    const { random, clock, mood } = this;
    const hasFailed = result.outcome === 'failed' || result.outcome === 'cancelled';
    if (!hasFailed || !random.chance(mood.hastyRetries)) return;
    clock.after(random.whole(0, 20_000), 'hasty retry', () => {
      const retry = () => giveOrder(host, 'retry', { by: 'operator', servers: [server] });
      if (!host.isOpen || !tries(retry)) return;
      this.count('hasty retry');
      // While the last workflow closes, or the next one is being started.
      if (!random.chance(0.5)) return;
      clock.after(random.whole(0, 5_000), 'regret', () => {
        const cancel = () => giveOrder(host, 'cancel', { by: 'operator', servers: [server] });
        if (host.isOpen && tries(cancel)) this.count('retry regretted');
      });
    });
  }

  // The plot.

  tell(): Told {
    const { clock, random, mood, judge, describe } = this;
    const begin = clock.now;
    for (let i = 0; i < mood.batches; i++)
      clock.after(random.whole(0, 10) * minute, 'apply', () => this.apply(`b${i}`));
    const calmAt = begin + mood.troubleMs;
    makeTrouble(this, calmAt, { isDone: () => this.haveAllEnded(), calm: () => this.calm() });
    judge.everyFewMinutes();
    clock.at(calmAt, 'calm', () => this.calm());
    while (!this.isOver()) {
      must(clock.nextAt !== undefined, 'all ends', () => `nothing is due any more: ${describe()}`);
      must(clock.now < calmAt + 30 * 24 * hour, 'all ends', () => `after a month: ${describe()}`);
      must(this.steps < 30_000, 'all ends', () => `steps without end: ${describe()}`);
      clock.step();
      this.steps++;
      judge.afterStep();
    }
    judge.atTheEnd();
    return { steps: this.steps, virtualMs: clock.now - begin, seen: this.seen };
  }

  apply(name: string, plan?: Plan): void {
    const { random, account, mood, clock, workflows } = this;
    const applied = plan ?? randomPlan(random, account, name, mood.plans, clock.now);
    if (mood.statesOddQuota && random.chance(0.5))
      applied.account.quota = {
        jobs: mood.quota.jobs + random.whole(0, 3),
        running: mood.quota.running + random.whole(-1, 3),
      };
    applied.account.quota.running = Math.max(1, applied.account.quota.running);
    this.count('batch applied');
    const near = { around: this, workflows, quota: () => this.quota };
    const firstRunId = `firstRunId-${++this.lives}`;
    const host = new BatchHost(near, carried(applied), firstRunId, mood.batchChances, this.watch);
    this.batches.set(name, host);
    if (account.isInTrouble) host.accountReported(accountReported(this));
    if (this.isCalm || !random.chance(0.03)) return;
    clock.after(random.whole(0, 30_000), 'regret', () => {
      if (host.isOpen) tries(() => giveOrder(host, 'cancel', { by: 'operator' }));
    });
  }

  private readonly watch: BatchWatch = {
    decides: decideNow,
    beforeDecide: (host) => this.judge.beforeDecide(host),
    afterDecide: (host, decision) => this.judge.afterDecide(host, decision),
    afterRenewal: (host, before) => this.judge.afterRenewal(host, before),
    afterLook: (host, findings) => this.judge.afterLook(host, findings),
  };

  /** From now on all is well, and an operator sees to it that nothing waits for a person. */
  private calm(): void {
    if (this.isCalm) return;
    this.isCalm = true;
    this.trace?.(`${timeText(this.clock.now)} CALM`);
    const { account, mood, clock } = this;
    Object.assign(account.mood, { breaks: 0, vanishes: 0, stands: 0, refusesWithoutReason: 0 });
    Object.assign(mood.batchChances, { fails: 0, looksFail: 0 });
    Object.assign(mood.quotaChances, { fails: 0, countFails: 0 });
    Object.assign(mood.talk, usualTalk);
    account.others = { existing: 0, running: 0 };
    for (const source of account.sources.values()) source.isOccupied = undefined;
    tend(this, clock.now);
  }

  private haveAllEnded(): boolean {
    if (this.batches.size < this.mood.batches) return false;
    for (const { hasEnded } of this.batches.values()) if (!hasEnded) return false;
    return true;
  }

  private isOver(): boolean {
    return this.isCalm && this.workflows.open.size === 0 && !this.quota.state && this.haveAllEnded();
  }
}
