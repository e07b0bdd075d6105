import type { Colors } from 'picocolors/types';
import type { ServerExplanation, ShownLeftover } from '../../../workflows/contract/views';
import {
  clockTimeAhead,
  evidenceFacts,
  formatDuration,
  formatInstanceHours,
  inClockTimes,
  instanceHours,
  isEndAhead,
  jobSeenLine,
  jobState,
  leftoverMeaning,
  type ServerInSight,
  zonedTime,
} from '../../report';
import { accountTroubleLine, failureLine, padded } from '../../text';
import type { StopReason } from '../batch-client';
import { jobOf, type PendingAttempt } from './pending-attempt';

/** A line of an explanation. */
export const fact = (name: string, value: string) => `${padded(name, 10)} ${value}`;

/** What is known of a server, a line each, its name and phase first. */
export function factLines(
  server: ServerExplanation & ServerInSight,
  now: number,
  c: Colors,
  timeZone?: string,
): string[] {
  const time = (at: number | undefined) => (at === undefined ? undefined : zonedTime(at, timeZone));
  const ahead = (at: number | undefined) => at !== undefined && at > now && clockTimeAhead(at, now, timeZone);
  const { startedAt, endedAt, error, leftover } = server;
  const hours = instanceHours(server, now);
  // A job in an unknown status: the error of the server and that of its leftover are the same.
  const left = leftover?.error?.message === error?.message ? undefined : leftover?.error;
  const facts: [string, string | undefined | false][] = [
    ['wave', server.wave],
    ['source', server.sourceId],
    ['job', [server.jobId, server.jobSeen && jobSeenLine(server.jobSeen, now)].filter(Boolean).join(', ')],
    ['image', [server.imageId, server.imageName && `(${server.imageName})`].filter(Boolean).join(' ')],
    ['started', startedAt !== undefined && `${time(startedAt)}, ${formatDuration(now - startedAt)} ago`],
    [
      'ended',
      endedAt !== undefined &&
        `${time(endedAt)}${startedAt ? ` (${formatDuration(wholeSecond(endedAt) - wholeSecond(startedAt))})` : ''}`,
    ],
    ['starts', server.starts !== undefined && server.starts > 1 && String(server.starts)],
    ['ends about', isEndAhead(server.estimatedEnd, now) && ahead(server.estimatedEnd)],
    ['place', server.place !== undefined && `${server.place} in the queue${orderOf(server)}`],
    ['why', whyNow(server, now, timeZone)],
    ['again', ahead(server.nextStartAt) && `not before ${ahead(server.nextStartAt)}`],
    ['error', error && failureLine(error)],
    ['remedy', error?.remedy],
    ...(server.evidence ? evidenceFacts(server.evidence) : []),
    ['left', leftover && leftSaid(leftover, hours, time(leftover.deletedAt))],
    ['because', left && failureLine(left)],
    ['remedy', left?.remedy],
    ['next', server.next],
  ];
  const refused = accountTroubleLine(server.accountTrouble);
  return [
    ...(refused ? [c.red(fact('account', refused))] : []),
    `${c.bold(server.server)}  ${server.phase}`,
    ...facts.flatMap(([name, value]) => (value ? [fact(name, value)] : [])),
  ];
}

/** The job that was left, and for how long its intermediate instance was billed. */
function leftSaid({ jobId, why, deletedAt }: ShownLeftover, hours: number | undefined, deleted = ''): string {
  const billed = hours === undefined ? '' : formatInstanceHours(hours);
  if (deletedAt !== undefined)
    return `nothing: cleanup deleted job ${jobId} at ${deleted}${billed && `, after ${billed}`}`;
  return `job ${jobId}: ${leftoverMeaning[why]}${billed && `; its intermediate instance is billed until the job is deleted, ${billed} so far`}`;
}

/** Those that wait for their job to be started again are in the order in which they came. */
const orderOf = ({ phase }: ServerExplanation) =>
  phase === 'waiting' ? ' (in each wave the largest first)' : '';

/** A job that is seen at work says more than the batch, which knows only that there is one. */
function whyNow({ why, jobSeen }: ServerExplanation & ServerInSight, now: number, timeZone?: string) {
  if (why === createdOrRuns && jobSeen?.status === 'Running')
    return `its job is at work (${jobState(jobSeen)}); there is nothing to do`;
  return why && inClockTimes(why, now, timeZone);
}

const createdOrRuns = 'its replication job is being created or runs';

/** As it is shown: so that the two times and the duration between them agree. */
const wholeSecond = (at: number) => Math.floor(at / 1000) * 1000;

/** What its workflow does right now, and what goes wrong with that. */
export function nowLine(
  { activity, attempt, lastFailure, nextAttemptAt, heartbeat }: PendingAttempt,
  now: number,
  timeZone?: string,
): string {
  const next = nextAttemptAt === undefined ? '' : `, next at ${clockTimeAhead(nextAttemptAt, now, timeZone)}`;
  const trouble = heartbeat?.pollError ?? lastFailure;
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  return fact('now', `${wordsOf[activity] ?? activity}${again}${next}${trouble ? `: ${trouble}` : ''}`);
}

/** What an activity does, for a reader who has not seen its code. */
const wordsOf: Record<string, string> = {
  awaitSourceServer: 'waits for its source server',
  watchWaitingJob: 'waits, and looks at its job meanwhile',
  describeFailedJob: 'asks why its job failed',
  awaitReplicationJob: 'looks at its job again and again',
  createReplicationJob: 'creates its job',
  startReplicationJob: 'starts its job',
  stopReplicationJob: 'stops its job',
  deleteReplicationJob: 'deletes its job, a migrated source is tagged before',
  cutOverReplicationJob: 'cuts its job over',
};

/**
 * For the batch a job runs until a poll shows that it does not. So the batch's own sentence is replaced while the
 * server's workflow waits until the job can be stopped.
 */
export function explainStopping(
  server: ServerExplanation,
  attempts: readonly PendingAttempt[],
  reason?: StopReason,
): ServerExplanation {
  const stopping = stopAttempt(attempts);
  if (!stopping) return server;
  const { seen } = jobOf(attempts);
  const job = seen && jobState(seen);
  return {
    ...server,
    why: `${whyStopped(reason)} and smc-batch waits until it can be stopped: SMC stops a job only while it is Syncing${job ? `, and it is ${job}` : ''}; if the job finishes before, its server counts as migrated`,
    error: reason?.error ?? server.error,
    // The estimate is for a job that runs to its end.
    estimatedEnd: undefined,
  };
}

/** The attempt that waits until the job can be stopped, while there is one. */
export const stopAttempt = (attempts: readonly PendingAttempt[]) =>
  attempts.find(({ activity }) => activity === 'stopReplicationJob');

function whyStopped(reason: StopReason | undefined): string {
  switch (reason?.end) {
    case undefined:
      return 'its job is to end';
    case 'Stopped':
      return 'it was cancelled; its job is to end';
    case 'Stalled':
      return 'its job made no progress for stallTimeout (Stalled)';
    case 'TimedOut':
      return 'its job ran longer than jobTimeout (TimedOut)';
    default:
      return `the state of its job is unknown (${reason?.end}); the job is to end`;
  }
}
