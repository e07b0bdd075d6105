import type { Lease, LeaseReport } from '../../../workflows/contract/quota-messages';
import type { Slots } from '../../../workflows/contract/slots';
import { type Decision, deal } from '../../../workflows/quota/deal';
import {
  countOrder,
  hearCensus,
  hearCount,
  hearCountFailure,
  hearDelivery,
  hearEnded,
  hearReport,
  hearReturn,
} from '../../../workflows/quota/hear';
import { liveBatches, newQuota, type QuotaState, resumed } from '../../../workflows/quota/state';
import type { Surroundings } from '../plot/surroundings';
import { failure } from '../server/job-end';

/** A batch, as far as the quota has to do with it. */
export interface Leaseholder {
  readonly name: string;
  readonly isOpen: boolean;
  leaseGranted(lease: Lease): void;
  leaseAsked(quotaRunId: string): void;
}

/** Feeds the account's quota as `workflows/quota/workflow.ts` does, on virtual time. */
export class QuotaHost {
  /** While it runs. */
  state?: QuotaState;
  private run = 0;
  private sending = 0;
  private wakeAt?: number;
  private isDue = false;
  private lives = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly batches: ReadonlyMap<string, Leaseholder>,
    private readonly chances: { fails: number; countFails: number; renews: number },
    private readonly afterDeal: (before: QuotaState, after: QuotaState) => void,
  ) {}

  /** Signal with start: one that was lost begins anew. */
  report(report: LeaseReport): void {
    if (!this.state) {
      this.state = newQuota(`quota-${++this.lives}`, this.around.clock.now);
      this.run++;
      this.around.count('quota begins');
    }
    this.hear((state, now) => hearReport(state, report, now));
  }

  returned(batch: string, left: Slots): void {
    if (this.state) this.hear((state, now) => hearReturn(state, { batch, left }, now));
  }

  /** Terminated by somebody. */
  lose(): void {
    this.around.count('quota lost');
    this.stop();
  }

  private stop(): void {
    this.state = undefined;
    this.run++;
    this.sending = 0;
    this.wakeAt = undefined;
  }

  private hear(take: (state: QuotaState, now: number) => QuotaState): void {
    this.state = take(this.state!, this.around.clock.now);
    this.due();
  }

  private due(): void {
    if (this.isDue) return;
    this.isDue = true;
    const { clock, random } = this.around;
    clock.after(random.whole(0, 30), 'quota decides', () => {
      this.isDue = false;
      this.decide();
    });
  }

  private decide(): void {
    if (!this.state) return;
    const { clock, random, count } = this.around;
    if (this.sending === 0 && random.chance(this.chances.renews)) {
      count('quota continued as new');
      this.state = resumed(JSON.parse(JSON.stringify(this.state)), clock.now);
      this.run++;
      this.wakeAt = undefined;
    }
    const before = this.state;
    const decision = deal(before, clock.now);
    if (decision.isOver && this.sending === 0) {
      count('quota over');
      this.stop();
      return;
    }
    this.state = decision.state;
    this.afterDeal(before, decision.state);
    this.carryOut(decision);
  }

  private carryOut({ leases, asks, counts, wakeAt }: Decision): void {
    const { quotaRunId } = this.state!;
    for (const { batch, lease } of leases) this.send(batch, lease.seq, (host) => host.leaseGranted(lease));
    for (const batch of asks) this.send(batch, undefined, (host) => host.leaseAsked(quotaRunId));
    if (counts) this.countJobs();
    if (wakeAt !== undefined) this.wake(wakeAt);
  }

  private send(batch: string, seq: number | undefined, arrive: (host: Leaseholder) => void): void {
    const { clock, random, count } = this.around;
    const { run } = this;
    this.sending++;
    clock.after(this.around.late(), 'lease arrives', () => {
      const host = this.batches.get(batch);
      const outcome = !host?.isOpen ? 'notFound' : random.chance(this.chances.fails) ? 'failed' : 'delivered';
      if (outcome === 'delivered') arrive(host!);
      else count(outcome === 'failed' ? 'lease not delivered' : 'lease to nobody');
      if (this.run !== run) return;
      this.sending--;
      this.hear((state, now) => hearDelivery(state, { batch, seq }, outcome, now));
    });
  }

  private wake(at: number): void {
    if (this.wakeAt !== undefined && this.wakeAt <= at) return;
    this.wakeAt = at;
    const { run } = this;
    this.around.clock.at(at, 'quota wakes', () => {
      if (this.run !== run) return;
      if (this.wakeAt === at) this.wakeAt = undefined;
      this.due();
    });
  }

  /** Looks for batches, then counts: three answers, one after the other. */
  private countJobs(): void {
    const { clock, random } = this.around;
    const { run } = this;
    const then = (what: string, act: () => void) =>
      clock.after(Math.min(this.around.late(), 3_000), what, () => {
        if (this.run !== run) return;
        if (random.chance(this.chances.countFails)) this.fail();
        else act();
      });
    const count = () => {
      const order = countOrder(this.state!);
      then('quota counts', () => {
        const counted = { ...this.jobsBut(order.batches), pollIntervalSeconds: 30 };
        then('count arrives', () => this.hear((state, now) => hearCount(state, order, counted, now)));
      });
    };
    const lookForEnded = () => {
      const { state } = this;
      const asked = [...new Set([...liveBatches(state!), ...Object.keys(state!.awaited)])];
      then('quota looks for batches', () => {
        const ended = asked.filter((batch) => !this.batches.get(batch)?.isOpen);
        this.hear((state, now) => hearEnded(state, ended, now));
        count();
      });
    };
    if (this.state!.isCensusTaken) lookForEnded();
    else
      then('census', () => {
        const running = [...this.batches.values()].filter(({ isOpen }) => isOpen).map(({ name }) => name);
        this.hear((state, now) => hearCensus(state, running, now));
        lookForEnded();
      });
  }

  private fail(): void {
    this.around.count('count failed');
    this.hear((state, now) => hearCountFailure(state, failure('Forbidden.RAM'), now));
  }

  private jobsBut(batches: readonly string[]): { all: Slots; others: Slots } {
    const { account } = this.around;
    const others = { ...account.others };
    for (const { batch, status } of account.jobs.values()) {
      if (batches.includes(batch)) continue;
      others.existing++;
      if (status === 'Running') others.running++;
    }
    return { all: account.usage(), others };
  }
}
