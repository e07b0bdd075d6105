import { billedMs, type KeptServer } from '../../workflows/contract/figures/billed-instance';
import type { Leftover } from '../../workflows/contract/server-messages';
import type { BatchProgress, ServerView } from '../../workflows/contract/views';
import { counted, smcBatchCommand } from '../text';

/** Jobs that were kept, or could not be deleted, with intermediate instances that are billed. */
export interface KeptJobs {
  jobs: number;
  /** The sum over all of them, so far. */
  instanceHours: number;
}

/** The hours for which the intermediate instance of the server's kept job is billed until `now`, or was until `cleanup`; undefined where nothing is. */
export function instanceHours(server: KeptServer, now: number): number | undefined {
  const ms = billedMs(server, now);
  return ms === undefined ? undefined : inHundredths(ms / 3_600_000);
}

/** Why a job was left in the account. */
export const leftoverMeaning: Record<Leftover['why'], string> = {
  keptByPolicy: 'the plan keeps the job of a failed server (onFailure: keepJob)',
  deleteFailed: 'the API did not delete it',
  unknownStatus: 'its status could not be learned, so it was not touched',
  notTakenUp: 'an earlier run of the batch has left it, and this run has not adopted it',
  refused: 'SMC refused to start it or to cut it over, and what it has transferred is kept',
  notSeen: 'it is not listed, but it may still exist',
  ledgerNotWritten: 'its source could not be tagged as migrated, so it is the only proof that it was',
};

/** The kept jobs of these servers whose instances are billed; undefined when there are none. */
export function keptJobs(servers: KeptServer[], now: number): KeptJobs | undefined {
  const hours = servers.flatMap((server) =>
    server.leftover?.deletedAt === undefined ? (instanceHours(server, now) ?? []) : [],
  );
  if (hours.length === 0) return undefined;
  return { jobs: hours.length, instanceHours: inHundredths(hours.reduce((sum, one) => sum + one, 0)) };
}

/** The server with the hours of its kept job, for the JSON of a batch. */
export function withInstanceHours<T extends ServerView>(server: T, now: number) {
  const { leftover } = server;
  return leftover
    ? { ...server, leftover: { ...leftover, instanceHours: instanceHours(server, now) } }
    : server;
}

/** `41 instance-hours`, `0.4 instance-hours`: with a decimal below ten, and never a zero for a little. */
export function formatInstanceHours(hours: number): string {
  if (hours > 0 && hours < 0.05) return 'less than 0.1 instance-hours';
  const said = hours < 10 ? Math.round(hours * 10) / 10 : Math.round(hours);
  return `${said.toLocaleString('en-US')} instance-hour${said === 1 ? '' : 's'}`;
}

/** The costs of kept jobs. They may have been deleted since: a batch reads that only while it needs slots, and at its end. */
export function keptJobsCost({ jobs, instanceHours }: KeptJobs): string {
  const they = jobs === 1 ? 'it was' : 'they were';
  return `${counted(jobs, 'kept job')}: ${formatInstanceHours(instanceHours)} billed so far, unless ${they} deleted since`;
}

/** The costs of kept jobs, with the command that deletes the jobs. */
export const keptJobsLine = (batch: string, kept: KeptJobs) =>
  `${keptJobsCost(kept)}: ${smcBatchCommand('cleanup', [batch])}`;

/** The number of the batch's stray jobs, with the command that deletes them; undefined when there are none. */
export function strayJobsLine({ batch, strayJobs }: Pick<BatchProgress, 'batch' | 'strayJobs'>) {
  if (!strayJobs) return undefined;
  const [belong, count] = strayJobs === 1 ? ['belongs', 'counts'] : ['belong', 'count'];
  return `${counted(strayJobs, 'job')} of this batch ${belong} to no server of its plan and ${count} against its quota: ${smcBatchCommand('cleanup', [batch])}`;
}

const inHundredths = (hours: number) => Math.round(hours * 100) / 100;
