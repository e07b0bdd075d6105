import type { Colors } from 'picocolors/types';
import type { ServerExplanation } from '../../workflows/contract/views';
import { evidenceFacts, formatDuration, formatInstanceHours, instanceHours, timeToGo } from '../report';
import { accountTroubleLine, failureLine, padded } from '../text';
import type { StopReason } from './batch-client';
import type { PendingAttempt } from './pending-attempt';

/** A line of an explanation. */
export const fact = (name: string, value: string) => `${padded(name, 10)} ${value}`;

/** What is known of a server, a line each, its name and phase first. */
export function factLines(server: ServerExplanation, now: number, c: Colors): string[] {
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const { startedAt, endedAt, error, leftover } = server;
  const hours = instanceHours(server, now);
  // A job in an unknown status: the error of the server and that of its leftover are the same.
  const left = leftover?.error?.message === error?.message ? undefined : leftover?.error;
  const facts: [string, string | undefined | false][] = [
    ['wave', server.wave],
    ['source', server.sourceId],
    ['job', server.jobId],
    ['image', [server.imageId, server.imageName && `(${server.imageName})`].filter(Boolean).join(' ')],
    ['started', time(startedAt)],
    [
      'ended',
      endedAt !== undefined &&
        `${time(endedAt)}${startedAt ? ` (${formatDuration(endedAt - startedAt)})` : ''}`,
    ],
    ['starts', server.starts !== undefined && server.starts > 1 && String(server.starts)],
    ['ends about', timeToGo(server, now) !== undefined && time(server.estimatedEnd)],
    ['place', server.place !== undefined && `${server.place} in the queue`],
    ['why', server.why],
    [
      'again',
      server.nextStartAt !== undefined &&
        `not before ${time(server.nextStartAt)}, in ${formatDuration(server.nextStartAt - now)}`,
    ],
    ['error', error && failureLine(error)],
    ['remedy', error?.remedy],
    ...(server.evidence ? evidenceFacts(server.evidence) : []),
    [
      'left',
      leftover &&
        `job ${leftover.jobId} (${leftover.why})${hours === undefined ? '' : `: its intermediate instance is billed until it is deleted, ${formatInstanceHours(hours)} so far`}`,
    ],
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

/** What its workflow does right now, and what goes wrong with that. */
export function nowLine(
  { activity, attempt, lastFailure, nextAttemptAt, heartbeat }: PendingAttempt,
  now: number,
): string {
  const next = nextAttemptAt === undefined ? '' : `, next in ${formatDuration(nextAttemptAt - now)}`;
  const job = heartbeat ? seenAs(heartbeat) : undefined;
  const seen = job ? `, the job is ${job}` : '';
  const trouble = heartbeat?.pollError ?? lastFailure;
  return fact('now', `${activity}, attempt ${attempt}${next}${seen}${trouble ? `: ${trouble}` : ''}`);
}

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
  const job = stopping.heartbeat && seenAs(stopping.heartbeat);
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

/** `Syncing 40 %`: the job's state in SMC's words. */
const seenAs = ({ status, businessStatus, progress }: NonNullable<PendingAttempt['heartbeat']>) =>
  status && `${businessStatus ?? status}${progress === undefined ? '' : ` ${progress} %`}`;
