import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { byName } from '../src/text';
import { batchWorkflowId } from './ids';
import {
  type Lease,
  type LeaseReport,
  leaseGranted,
  leaseReported,
  leaseReturned,
  type Slots,
} from './messages';
import { divideFairly } from './quota-division';

export interface AccountQuotaInput {
  account: string;
  /** Carried over Continue-As-New. */
  state?: AccountQuotaState;
}

interface AccountQuotaState {
  leases: Record<string, LeaseRecord>;
  quota: { jobs: number; running: number };
  /** Jobs in the account that no lease covers. */
  others: Slots;
  /** The workers'; 0 before the first count. */
  pollIntervalSeconds: number;
  /** Where the API has refused more than this, we believe it until then (milliseconds since the epoch). */
  learned: Partial<Record<keyof Slots, { limit: number; until: number }>>;
}

interface LeaseRecord {
  seq: number;
  granted: Slots;
  /** The batch may use up to this: it shrinks only by the batch's own word. */
  promised: Slots;
  demand: Slots;
  priority: number;
  contended: boolean;
}

const { countReplicationJobs, findEndedBatches } = proxyActivities<Activities>({
  heartbeatTimeout: '20s',
  startToCloseTimeout: '10m',
});

const none: Slots = { existing: 0, running: 0 };
const resources = ['existing', 'running'] as const;
/** For so many polls a refusal of the API is believed before one more job is tried. */
const learnedPolls = 10;
const historyLimit = 1_500;

/**
 * The account's quota, dealt in leases of whole batches. A lease grows only into what no other batch may still use,
 * so the sum never exceeds the quota. It starts with the first batch that reports and ends when no batch is left.
 */
export async function accountQuota({ account, state: carried }: AccountQuotaInput): Promise<void> {
  const state: AccountQuotaState = carried ?? {
    leases: byName(),
    quota: { jobs: 0, running: 0 },
    others: none,
    pollIntervalSeconds: 0,
    learned: {},
  };
  state.leases = byName(state.leases);
  let news = true;
  let recount = carried === undefined;
  let refusedResource: keyof Slots | undefined;

  setHandler(leaseReported, (report) => {
    const known = state.leases[report.batch];
    state.leases[report.batch] = noteReport(known, report);
    // Batches of one account agree on its quota; the newest word counts, so that it can be raised while they run.
    state.quota = report.quota;
    if (report.refused) {
      refusedResource = report.refused;
      recount = true;
    }
    news = true;
  });
  setHandler(leaseReturned, ({ batch }) => {
    delete state.leases[batch];
    news = true;
  });

  void countNowAndThen(state, () => {
    recount = true;
  });

  while (Object.keys(state.leases).length > 0 || news || !allHandlersFinished()) {
    if (workflowInfo().historyLength > historyLimit || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof accountQuota>({ account, state });
    }
    news = false;
    if (recount) {
      recount = false;
      const refused = refusedResource;
      refusedResource = undefined;
      await countAgain(state, refused);
    }
    await deal(state);
    setCurrentDetails(describe(account, state));
    const isUnused = () => Object.keys(state.leases).length === 0 && allHandlersFinished();
    await condition(() => news || recount || isUnused());
    if (isUnused()) return;
  }
}

/**
 * Others' jobs and dead batches tell us nothing: they are looked for now and then, in polls of the workers, and more
 * often while they keep us short.
 */
async function countNowAndThen(state: AccountQuotaState, count: () => void): Promise<void> {
  for (;;) {
    await condition(() => state.pollIntervalSeconds > 0);
    const wasShort = isShort(state);
    const seconds = Math.max(5, (wasShort ? 2 : 10) * state.pollIntervalSeconds);
    const isShortNow = await condition(() => !wasShort && isShort(state), seconds * 1000, {
      summary: 'until the next count',
    });
    if (!isShortNow) count();
  }
}

function noteReport(known: LeaseRecord | undefined, report: LeaseReport): LeaseRecord {
  const { seq, held, demand, priority } = report;
  if (!known) return { seq, granted: none, promised: held, demand, priority, contended: false };
  // A new run of the batch: it knows no lease yet and must be sent one.
  if (seq === 0) return { ...known, granted: none, promised: held, demand, priority };
  // A report that has not seen the newest lease may still grow into it.
  const promised = seq >= known.seq ? held : each((r) => Math.max(held[r], known.granted[r]));
  return { ...known, seq: Math.max(seq, known.seq), promised, demand, priority };
}

/**
 * Counts what is in the account without us. A refusal that other tools' new jobs do not explain tells that the real
 * limit is lower than we were told: about where we stand.
 */
async function countAgain(state: AccountQuotaState, refused: keyof Slots | undefined): Promise<void> {
  const batches = Object.keys(state.leases);
  for (const ended of await findEndedBatches({ batches })) delete state.leases[ended];
  const before = state.others;
  const counted = await countReplicationJobs({ batches: Object.keys(state.leases) });
  state.others = counted.others;
  state.pollIntervalSeconds = counted.pollIntervalSeconds;
  if (!refused || counted.others[refused] > before[refused]) return;
  // At least one more than others have: a limit of nothing would never find out that it was wrong.
  const limit = Math.max(counted.all[refused], counted.others[refused] + 1);
  state.learned[refused] = { limit, until: Date.now() + learnedPolls * counted.pollIntervalSeconds * 1000 };
}

/** Sends each batch whose share has changed its new lease. */
async function deal(state: AccountQuotaState): Promise<void> {
  // All is decided before the first message goes out: reports may come in while they do.
  for (const { batch, lease } of decideLeases(state)) {
    try {
      await getExternalWorkflowHandle(batchWorkflowId(batch)).signal(leaseGranted, lease);
    } catch {
      // The batch is gone, and its lease with it.
      delete state.leases[batch];
    }
  }
}

/** Shares shrink at once but count as used until the batch has confirmed; they grow only into what is surely free. */
function decideLeases(state: AccountQuotaState): { batch: string; lease: Lease }[] {
  const batches = Object.keys(state.leases).sort();
  const leases = batches.map((batch) => state.leases[batch]!);
  const total = each((r) => limitOf(state, r) - state.others[r]);
  const free = each((r) => total[r] - leases.reduce((sum, { promised }) => sum + promised[r], 0));
  const claims = (r: keyof Slots) => leases.map(({ demand, priority }) => ({ demand: demand[r], priority }));
  const shares = {
    existing: divideFairly(total.existing, claims('existing')),
    running: divideFairly(total.running, claims('running')),
  };
  const contended = resources.some((r) => leases.some(({ demand }, i) => demand[r] > shares[r][i]!));

  const changed: { batch: string; lease: Lease }[] = [];
  leases.forEach((lease, i) => {
    const granted = each((r) => {
      const growth = Math.min(shares[r][i]! - lease.promised[r], Math.max(0, free[r]));
      if (growth <= 0) return Math.min(shares[r][i]!, lease.promised[r]);
      free[r] -= growth;
      return lease.promised[r] + growth;
    });
    if (resources.every((r) => granted[r] === lease.granted[r]) && lease.contended === contended) return;
    lease.promised = each((r) => Math.max(lease.promised[r], granted[r]));
    lease.granted = granted;
    lease.contended = contended;
    lease.seq++;
    changed.push({ batch: batches[i]!, lease: { ...granted, seq: lease.seq, contended } });
  });
  return changed;
}

function limitOf({ quota, learned }: AccountQuotaState, r: keyof Slots): number {
  const told = r === 'existing' ? quota.jobs : quota.running;
  const refusal = learned[r];
  return refusal && refusal.until > Date.now() ? Math.min(told, refusal.limit) : told;
}

const isShort = ({ others, learned }: AccountQuotaState) =>
  resources.some((r) => others[r] > 0 || (learned[r]?.until ?? 0) > Date.now());

const each = (value: (resource: keyof Slots) => number): Slots => ({
  existing: value('existing'),
  running: value('running'),
});

function describe(account: string, state: AccountQuotaState): string {
  const rows = Object.entries(state.leases).map(
    ([batch, { granted, demand }]) =>
      `| ${batch} | ${granted.existing} of ${demand.existing} | ${granted.running} of ${demand.running} |`,
  );
  return [
    `Account **${account}**: ${limitOf(state, 'existing')} jobs may exist, ${limitOf(state, 'running')} may run; ` +
      `others have ${state.others.existing} and run ${state.others.running}.`,
    '',
    '| batch | jobs leased | running leased |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}
