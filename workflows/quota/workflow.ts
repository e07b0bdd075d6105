import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { alarm } from '../alarm';
import { smcFailureOf } from '../contract/failure';
import { batchWorkflowId } from '../contract/ids';
import { leaseAsked, leaseGranted, leaseReported, leaseReturned } from '../contract/quota-messages';
import { type Decision, deal } from './deal';
import { quotaDetails } from './details';
import {
  countOrder,
  hearCensus,
  hearCount,
  hearCountFailure,
  hearDelivery,
  hearEnded,
  hearReport,
  hearReturn,
} from './hear';
import { liveBatches, newQuota, type QuotaState, resumed } from './state';

export interface AccountQuotaInput {
  account: string;
  /** Its task queue. It is part of the input because a replay runs on another queue. */
  taskQueue: string;
  /** Carried over Continue-As-New. */
  state?: QuotaState;
}

/** One run of the workflow: its state, and what lives only as long as this run. */
interface QuotaRun {
  readonly account: string;
  state: QuotaState;
  /** Something has happened: the loop decides once more. */
  mustDecide: boolean;
  /** Messages to batches whose delivery is not confirmed yet. */
  sending: number;
  /** Wakes the loop at a time. */
  wake(at: number | undefined): void;
}

const historyLimit = 1_500;

// The quota decides itself when to repeat a failed activity: so each one has few attempts and an end.
const { countReplicationJobs, findEndedBatches, findRunningBatches } = proxyActivities<Activities>({
  heartbeatTimeout: '20s',
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '5m',
  retry: { maximumAttempts: 3 },
});

/** Within the task at hand: an event, and no task of its own. */
const { findEndedBatches: findEndedAtOnce } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '2s',
  retry: { maximumAttempts: 1 },
});

/**
 * The account's quota, dealt in leases of whole batches. It starts with the first batch that reports and ends when no batch
 * is left. A failed activity or message does not end it, and after a loss the batches report again all that it knew.
 */
export async function accountQuota({ account, taskQueue, state: carried }: AccountQuotaInput): Promise<void> {
  const { firstExecutionRunId } = workflowInfo();
  const state = carried ? resumed(carried, Date.now()) : newQuota(firstExecutionRunId, Date.now());
  const wake = alarm(() => {
    run.mustDecide = true;
  });
  const run: QuotaRun = { account, state, mustDecide: true, sending: 0, wake };
  setHandler(leaseReported, (report) => {
    // The workers of another queue may have credentials of another account: their jobs are not in this quota.
    if (report.taskQueue === taskQueue) hear(run, hearReport(run.state, report, Date.now()));
  });
  setHandler(leaseReturned, (returned) => hear(run, hearReturn(run.state, returned, Date.now())));

  for (;;) {
    run.mustDecide = false;
    if (isHistoryLong()) {
      await condition(() => run.sending === 0 && allHandlersFinished());
      await continueAsNew<typeof accountQuota>({ account, taskQueue, state: run.state });
    }
    const decision = deal(run.state, Date.now());
    if (decision.isOver && run.sending === 0 && allHandlersFinished()) return;
    run.state = decision.state;
    carryOut(run, decision);
    setCurrentDetails(quotaDetails(account, run.state, Date.now()));
    await condition(() => run.mustDecide);
  }
}

function hear(run: QuotaRun, state: QuotaState): void {
  run.state = state;
  run.mustDecide = true;
}

function carryOut(run: QuotaRun, { leases, asks, counts, wakeAt }: Decision): void {
  for (const { batch, lease } of leases) {
    const sent = getExternalWorkflowHandle(batchWorkflowId(batch)).signal(leaseGranted, lease);
    void confirm(run, { batch, seq: lease.seq }, sent);
  }
  for (const batch of asks) {
    const { quotaRunId } = run.state;
    const sent = getExternalWorkflowHandle(batchWorkflowId(batch)).signal(leaseAsked, { quotaRunId });
    void confirm(run, { batch }, sent);
  }
  if (counts) void count(run);
  run.wake(wakeAt);
}

async function confirm(
  run: QuotaRun,
  message: { batch: string; seq?: number },
  sent: Promise<void>,
): Promise<void> {
  run.sending++;
  const outcome = await sent.then(
    () => 'delivered' as const,
    (error: unknown) =>
      String((error as Error).message).includes('was not found')
        ? ('notFound' as const)
        : ('failed' as const),
  );
  run.sending--;
  hear(run, hearDelivery(run.state, message, outcome, Date.now()));
}

/** Looks for batches that have ended, and counts the jobs of other tools. Slots are dealt meanwhile. */
async function count(run: QuotaRun): Promise<void> {
  const failures: unknown[] = [];
  await lookForBatches(run).catch((error: unknown) => failures.push(error));
  try {
    const order = countOrder(run.state);
    const counted = await countReplicationJobs({ batches: order.batches });
    hear(run, hearCount(run.state, order, counted, Date.now()));
  } catch (error) {
    failures.push(error);
  }
  const last = failures.at(-1);
  if (last !== undefined) hear(run, hearCountFailure(run.state, smcFailureOf(lastWord(last)), Date.now()));
}

async function lookForBatches(run: QuotaRun): Promise<void> {
  const { account } = run;
  if (!run.state.isCensusTaken)
    hear(run, hearCensus(run.state, await findRunningBatches({ account }), Date.now()));
  const batches = [...new Set([...liveBatches(run.state), ...Object.keys(run.state.awaited)])];
  const ended = await findEndedAtOnce({ batches }).catch(() => findEndedBatches({ batches }));
  hear(run, hearEnded(run.state, ended, Date.now()));
}

/** The failure of the last attempt of an activity that has timed out. */
function lastWord(error: unknown): unknown {
  const inner = error instanceof ActivityFailure ? error.cause?.cause : undefined;
  return inner instanceof ApplicationFailure ? inner : error;
}

const isHistoryLong = () =>
  workflowInfo().historyLength > historyLimit || workflowInfo().continueAsNewSuggested;
