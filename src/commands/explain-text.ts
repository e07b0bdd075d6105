import type { Colors } from 'picocolors/types';
import type { ServerExplanation } from '../../workflows/messages';
import { formatDuration, formatInstanceHours, instanceHours, timeToGo } from '../report';
import { describeSmcError } from '../smc';
import type { PendingAttempt } from './pending-attempt';

/** A line of an explanation. */
export const fact = (name: string, value: string) => `${name.padEnd(10)} ${value}`;

/** What is known of a server, a line each, its name and phase first. */
export function factLines(server: ServerExplanation, now: number, c: Colors): string[] {
  const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const { startedAt, endedAt, error, leftover } = server;
  const hours = instanceHours(server, now);
  const facts: [string, string | undefined | false][] = [
    ['wave', server.wave],
    ['source', server.sourceId],
    ['job', server.jobId],
    ['image', server.imageId],
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
    ['error', error && describeSmcError(error)],
    ['remedy', error?.remedy],
    [
      'left',
      leftover &&
        `job ${leftover.jobId} (${leftover.why})${hours === undefined ? '' : `: its intermediate instance is billed until it is deleted, ${formatInstanceHours(hours)} so far`}`,
    ],
    ['next', server.next],
  ];
  return [
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

/** `Syncing 40 %`: what SMC calls what the job does. */
const seenAs = ({ status, businessStatus, progress }: NonNullable<PendingAttempt['heartbeat']>) =>
  status && `${businessStatus ?? status}${progress === undefined ? '' : ` ${progress} %`}`;
