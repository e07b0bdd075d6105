import { Context } from '@temporalio/activity';
import type { SmcError } from '../../src/smc';

/** The failures of earlier attempts of an activity; the activity's heartbeats carry them to the next attempt. */
export interface CallHistory {
  /** The number of attempts that the account has refused: they do not count as tries. */
  accountRefusals?: number;
  /** The first of the transient failures in a row; milliseconds since the epoch. */
  failingSince?: number;
}

/** A server fails when its call has failed for so long. It is longer than an outage of an afternoon. */
const patienceMs = 12 * 3_600_000;
/** The same for a start or a cut-over: the job may have the work of weeks, and loses nothing while it waits. */
const launchPatienceMs = 7 * 24 * 3_600_000;
const launches: ReadonlySet<string> = new Set(['startReplicationJob', 'cutOverReplicationJob']);

/** The failures of earlier attempts of the activity that runs. */
export const callHistory = (): CallHistory =>
  (Context.current().info.heartbeatDetails as CallHistory | undefined) ?? {};

/** The number of this attempt, from 1, without those that the account has refused. */
export const triedTimes = () => Context.current().info.attempt - (callHistory().accountRefusals ?? 0);

/** The history with one more failed attempt. The time in which the account refuses calls does not count. */
export function noteFailure(history: CallHistory, error: SmcError, now: number): CallHistory {
  const { accountRefusals = 0, failingSince = now } = history;
  if (error.class === 'account') return { accountRefusals: accountRefusals + 1 };
  return { accountRefusals, failingSince };
}

/** Whether a server fails because its call has failed for so long. A call for a batch, or for the quota, is repeated without end. */
export function isGivenUp({ failingSince }: CallHistory, now: number): boolean {
  const { workflowType, activityType } = Context.current().info;
  if (workflowType !== 'serverMigration' || failingSince === undefined) return false;
  return now - failingSince > (launches.has(activityType) ? launchPatienceMs : patienceMs);
}
