import type { Decision } from '../../../workflows/batch/decide';
import type { Findings } from '../../../workflows/batch/looks/findings';
import type { Batch } from '../../../workflows/batch/state';
import type { Slots } from '../../../workflows/contract/slots';
import type { QuotaState } from '../../../workflows/quota/state';
import type { BatchHost } from '../batch/batch-host';
import { decisionText } from '../plot/trace';
import type { World } from '../plot/world';
import { judgeEnd } from './end-rule';
import { judgeFailure } from './failure-rule';
import { IdleRule, idleLookMs } from './idle-rule';
import { judgeIndex } from './index-rule';
import { judgeKnownJobs } from './job-rule';
import { judgeDeal, judgeHeard, judgeHolding, judgeLeases, judgeRoom, judgeSum } from './quota-rule';
import { judgeRecord } from './record-rule';
import { judgeRenewal } from './renewal-rule';
import { forgetHeard, judgeCancel, judgeEnds, judgeServers } from './server-rule';
import { judgeLedger, judgeSources } from './source-rule';
import { type Before, beforeDecision, judgeStarts } from './start-rule';
import { judgeSyncs } from './sync-rule';
import { must } from './violation';
import { judgeWake } from './wake-rule';

/** Which rule is judged when. Each throws what breaks it. */
export class Judge {
  private before?: Before;
  /** Of what has changed since the last step. */
  private readonly touched = new Set<string>();
  private judgedQuota?: QuotaState;
  /** What there was when sources were last judged. */
  private judged = { started: 0, images: 0 };
  private readonly idle: IdleRule;

  constructor(private readonly world: World) {
    this.idle = new IdleRule(world);
  }

  touch(batch: string): void {
    this.touched.add(batch);
  }

  /** What stands as it was judged before is not judged again. */
  afterStep(): void {
    const { batches, workflows, account, quota, mood, describe } = this.world;
    const { touched, judged } = this;
    const isOtherQuota = this.judgedQuota !== quota.state;
    this.judgedQuota = quota.state;
    if (isOtherQuota && quota.state)
      for (const host of batches.values()) if (host.isOpen) judgeHolding(host, quota.state);
    if (touched.size === 0) return;
    for (const name of touched) {
      const host = batches.get(name);
      if (!host?.isOpen) continue;
      if (this.judgeRecords(host)) judgeKnownJobs(host, account);
      forgetHeard(host, workflows);
      judgeServers(host, workflows, account);
      judgeEnds(host, workflows);
      if (quota.state && !isOtherQuota) judgeHolding(host, quota.state);
    }
    touched.clear();
    if (mood.isExact) judgeSum(batches.values(), mood.quota, describe);
    if (judged.started === workflows.started && judged.images === account.images) return;
    this.judged = { started: workflows.started, images: account.images };
    judgeSources(workflows.open, account, describe);
  }

  beforeDecide({ batch }: BatchHost): void {
    this.before = beforeDecision(batch);
  }

  afterDecide(host: BatchHost, decision: Decision): void {
    const { clock, random, mood, workflows, quota, trace } = this.world;
    const { now } = clock;
    trace?.(decisionText(host, decision, now));
    judgeStarts(host, this.before!, decision, now);
    judgeSyncs(host.batch, now);
    judgeCancel(host, workflows);
    if (decision.isOver) return;
    if (quota.state) judgeHeard(host, quota.state);
    const isTimed =
      host.batch.state.lookUp.notBefore !== undefined ||
      [...this.before!.records.values()].some((record) => 'notBefore' in record && record.notBefore);
    if (random.chance(isTimed ? 1 : mood.peeks)) judgeWake(host.batch, now, decision.wakeAt, random);
  }

  afterRenewal(host: BatchHost, before: Batch): void {
    judgeRenewal(before, host.batch);
    this.judgeRecords(host);
  }

  /** Gives whether something of them has changed. */
  private judgeRecords(host: BatchHost): boolean {
    const changed = judgeIndex(host.batch);
    for (const [server, record] of changed ?? []) {
      judgeRecord(server, record);
      judgeFailure(host, server, record, this.world.workflows);
    }
    return changed !== undefined;
  }

  afterLook(host: BatchHost, findings: Findings): void {
    judgeLedger(host, findings);
  }

  afterDeal(before: QuotaState, after: QuotaState): void {
    judgeDeal(before, after, this.world.batches.values(), this.world.clock.now);
    judgeRoom(before, after, this.world);
    judgeLeases(before, after, this.world.clock.now);
  }

  /** The account was full, though nobody but we could have filled it. */
  full(resource: keyof Slots): void {
    const { mood, account, describe } = this.world;
    must(
      !mood.isExact,
      'no quota exceeded',
      () => `one more job would be too many (${resource}): ${JSON.stringify(account.usage())}; ${describe()}`,
    );
  }

  everyFewMinutes(): void {
    this.idle.judge();
    this.world.clock.after(idleLookMs, 'watchdog', () => this.everyFewMinutes());
  }

  atTheEnd(): void {
    judgeEnd(this.world);
  }
}
