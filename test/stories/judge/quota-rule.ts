import { each, resources, type Slots } from '../../../workflows/contract/slots';
import { limitOf, type QuotaState } from '../../../workflows/quota/state';
import type { Account } from '../account/account';
import type { BatchHost } from '../batch/batch-host';
import type { World } from '../plot/world';
import { must } from './violation';

/** A lease grows only into what is free, whatever the others hold: also what the quota has not heard of. */
export function judgeDeal(
  before: QuotaState,
  after: QuotaState,
  hosts: Iterable<BatchHost>,
  now: number,
): void {
  if (before.leases === after.leases) return;
  const open = new Map([...hosts].filter(({ isOpen }) => isOpen).map((host) => [host.name, host]));
  for (const r of resources) {
    const has = (state: QuotaState, batch: string) => state.leases[batch]?.promised[r] ?? 0;
    const holds = (batch: string) => {
      const host = open.get(batch);
      return Math.max(has(after, batch), host ? usable(host)[r] : 0);
    };
    const names = new Set([...Object.keys(after.leases), ...open.keys()]);
    const grown = [...names].filter((batch) => has(after, batch) > has(before, batch));
    if (grown.length === 0) continue;
    const sum = [...names].reduce((all, batch) => all + holds(batch), 0);
    const most = limitOf(after, r, now) - after.others[r];
    must(
      sum <= most,
      'the leases fit into the quota',
      () => `${r}: ${sum} promised, ${most} may be, ${grown.join()} has grown`,
    );
  }
}

/**
 * The same of the account itself, where nobody but the batches uses it: what grows has room beside the jobs that exist, also those
 * that batches have left which have ended.
 */
export function judgeRoom(
  before: QuotaState,
  after: QuotaState,
  { batches, account, mood }: Pick<World, 'batches' | 'account' | 'mood'>,
): void {
  if (!mood.isExact || before.leases === after.leases) return;
  const jobs = new Map<string, number>();
  for (const { batch } of account.jobs.values()) jobs.set(batch, (jobs.get(batch) ?? 0) + 1);
  const promised = (state: QuotaState, batch: string) => state.leases[batch]?.promised.existing ?? 0;
  const grown = Object.keys(after.leases).filter((batch) => promised(after, batch) > promised(before, batch));
  if (grown.length === 0) return;
  const holds = (name: string) => {
    const host = batches.get(name);
    const may = host?.isOpen ? Math.max(promised(after, name), usable(host).existing) : 0;
    return Math.max(may, jobs.get(name) ?? 0);
  };
  const names = new Set([...Object.keys(after.leases), ...batches.keys()]);
  const sum = [...names].reduce((all, name) => all + holds(name), 0);
  must(
    sum <= mood.quota.jobs,
    'the leases fit into the quota',
    () =>
      `${sum} jobs may exist with those that were left, ${mood.quota.jobs} may be, ${grown.join()} has grown`,
  );
}

/**
 * A lease has room beside all that the other batches hold, or allows nothing: while more is promised than there is, a slot that
 * comes free is not used again.
 */
export function judgeLeases(before: QuotaState, after: QuotaState, now: number): void {
  const isDealt = after.isCensusTaken && after.count.isAnswered && Object.keys(after.awaited).length === 0;
  if (!isDealt || before.leases === after.leases) return;
  for (const [batch, { seq, leased }] of Object.entries(after.leases)) {
    if (seq === before.leases[batch]?.seq) continue;
    for (const r of resources) {
      const others = Object.entries(after.leases).filter(([other]) => other !== batch);
      const held = others.reduce((sum, [, { promised }]) => sum + promised[r], 0);
      const most = limitOf(after, r, now) - after.others[r];
      must(
        leased[r] === 0 || leased[r] + held <= most,
        'a lease has room beside the others',
        () => `${r}: ${batch} may use ${leased[r]}, the other batches hold ${held}, ${most} may be`,
      );
    }
  }
}

/** The quota knows what a batch has reported last, or the report is on its way. */
export function judgeHeard({ batch: { state } }: BatchHost, quota: QuotaState): void {
  const { holding, firstRunId, plan } = state;
  const lease = quota.leases[plan.name];
  if (!lease || lease.hasEnded || lease.firstRunId !== firstRunId) return;
  if (holding.quotaRunId !== quota.quotaRunId || holding.reportOnItsWay || !holding.lastReport) return;
  const { nth } = holding.lastReport;
  must(
    lease.nth >= nth,
    'the quota hears the last report',
    () => `${plan.name} has made report ${nth}, the quota knows report ${lease.nth}, and none is on its way`,
  );
}

/** The quota knows all that a batch may use. */
export function judgeHolding({ batch: { state } }: BatchHost, quota: QuotaState): void {
  const { holding, firstRunId, plan } = state;
  const lease = quota.leases[plan.name];
  if (!lease || lease.hasEnded || lease.firstRunId !== firstRunId) return;
  if (holding.quotaRunId !== quota.quotaRunId || quota.awaited[plan.name]) return;
  for (const r of resources)
    must(
      lease.promised[r] >= Math.min(holding.held[r], holding.lease[r]),
      'the quota knows what a batch holds',
      () =>
        `${plan.name} holds ${holding.held[r]} ${r}, the quota believes ${lease.promised[r]}: ${JSON.stringify([holding, lease])}`,
    );
}

/** What all batches together may use, as each of them knows it. */
export function judgeSum(
  hosts: Iterable<BatchHost>,
  quota: { jobs: number; running: number },
  state: () => string,
): void {
  let existing = 0;
  let running = 0;
  for (const host of hosts) {
    if (!host.isOpen) continue;
    const may = usable(host);
    existing += may.existing;
    running += may.running;
  }
  must(
    existing <= quota.jobs && running <= quota.running,
    'the leases fit into the quota',
    () =>
      `the batches may have ${existing} jobs and run ${running}, the account ${quota.jobs} and ${quota.running}; ${state()}`,
  );
}

/** What a batch may use, as it knows it. */
function usable({ batch }: BatchHost): Slots {
  const { lease, held } = batch.state.holding;
  return each((r) => Math.min(lease[r], held[r]));
}

/** The batches that could start something now, were it not that nobody gives them what is free. */
export function starved(
  hosts: readonly BatchHost[],
  quota: QuotaState | undefined,
  account: Account,
  now: number,
): string[] {
  if (!quota || quota.count.trouble || Object.keys(quota.awaited).length > 0) return [];
  const open = hosts.filter(({ isOpen }) => isOpen);
  // What is about to be started again has its slot kept.
  // Jobs of workflows that were terminated are known to nobody, and take room all the same.
  const used = account.usage();
  const room = {
    existing: account.quota.jobs - used.existing,
    running: account.quota.running - used.running,
  };
  const free = each((r) =>
    Math.min(
      room[r],
      open.reduce(
        (left, { batch: { index } }) =>
          left - index.inUse[r] - (r === 'running' ? index.counts.recovering + index.syncsDue.size : 0),
        limitOf(quota, r, now) - quota.others[r],
      ),
    ),
  );
  if (free.running < 1) return [];
  const wants = ({ batch: { state, index, demand } }: BatchHost) => {
    if (state.stage !== 'running' || state.cancelRequested || state.hold || state.account.error) return false;
    if (index.inUse.running >= state.plan.policy.maxConcurrent) return false;
    const { startable, startableWithJob } = demand;
    const again = [...index.queued].some((name) => {
      const record = index.record(name);
      return record.phase === 'queued' && record.jobId !== undefined;
    });
    if (demand.startableAgain > 0 && again) return true;
    return startable > 0 && (free.existing >= 1 || startableWithJob > 0);
  };
  return open.filter(wants).map(({ name }) => name);
}
