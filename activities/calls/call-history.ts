import { Context } from '@temporalio/activity';
import type { SmcError } from '../../src/smc';

/** What earlier attempts of a call were refused for; it travels in the activity's heartbeats. */
export interface CallHistory {
  /** Attempts that the account refused: they do not count as tries. */
  accountRefusals?: number;
  /** Since when it has failed for nothing but passing troubles; milliseconds since the epoch. */
  failingSince?: number;
}

/** Longer than an outage of an afternoon, so that it costs no server. */
const patienceMs = 12 * 3_600_000;
/** Of a start or a cut-over: waiting loses nothing, and the job may hold the work of weeks. */
const launchPatienceMs = 7 * 24 * 3_600_000;
const launches: ReadonlySet<string> = new Set(['startReplicationJob', 'cutOverReplicationJob']);

/** Of the activity that runs. */
export const callHistory = (): CallHistory =>
  (Context.current().info.heartbeatDetails as CallHistory | undefined) ?? {};

/** The number of this attempt among those that the account has let through, from 1. */
export const triedTimes = () => Context.current().info.attempt - (callHistory().accountRefusals ?? 0);

/** The history with one more failed attempt. Time in which the account refuses does not count. */
export function noteFailure(history: CallHistory, error: SmcError, now: number): CallHistory {
  const { accountRefusals = 0, failingSince = now } = history;
  if (error.class === 'account') return { accountRefusals: accountRefusals + 1 };
  return { accountRefusals, failingSince };
}

/** A server is given up when its call has failed for so long; a batch, or the account's quota, goes on asking. */
export function isGivenUp({ failingSince }: CallHistory, now: number): boolean {
  const { workflowType, activityType } = Context.current().info;
  if (workflowType !== 'serverMigration' || failingSince === undefined) return false;
  return now - failingSince > (launches.has(activityType) ? launchPatienceMs : patienceMs);
}
