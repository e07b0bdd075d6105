import { isEnded, type ServerRecord } from '../../../workflows/batch/servers/server-record';
import { must } from './violation';

const facts = [
  ...[
    'phase',
    'round',
    'lastRound',
    'sourceId',
    'isMoved',
    'diskGiB',
    'startedAt',
    'stoppedRunningAt',
    'endedAt',
    'starts',
  ],
  ...['idleMs', 'idleSince'],
  ...['grantedRequest', 'runId', 'roundEndedAt', 'validUntil', 'workflowRound'],
];
const own: Record<ServerRecord['phase'], string[]> = {
  waiting: ['jobId', 'jobRuns', 'lookUp', 'notBefore'],
  migrating: ['jobId', 'standingAsked'],
  recovering: ['jobId', 'error', 'nextStartAt'],
  finishing: ['jobId', 'error'],
  synced: ['jobId', 'error', 'sync'],
  queued: ['slotRequest', 'jobId', 'error', 'isCutOver', 'queuedAt'],
  migrated: ['jobId', 'imageId', 'imageName', 'leftover', 'note', 'earlier'],
  skipped: ['note', 'imageId', 'jobId', 'leftover'],
  failed: ['error', 'jobId', 'leftover', 'isConsequence', 'migrated'],
  cancelled: ['jobId', 'leftover'],
};
const allowed = new Map(
  Object.entries(own).map(([phase, fields]) => [phase, new Set([...facts, ...fields])] as const),
);

/** A record has what its phase says, and nothing of another one. */
export function judgeRecord(name: string, record: ServerRecord): void {
  const { phase, round } = record;
  const fits = (holds: boolean, what: string) =>
    must(holds, 'a record is legal', () => `${name} is ${phase}, ${what}: ${JSON.stringify(record)}`);
  const fields = allowed.get(phase);
  fits(fields !== undefined, 'which is no phase');
  for (const [field, value] of Object.entries(record))
    fits(value === undefined || fields!.has(field), `which has no ${field}`);
  fits(Number.isInteger(round) && round >= 0, 'of no round');
  // An earlier run of the batch may have left no trace of its job and its times.
  const isEarlier = phase === 'migrated' && record.earlier === true;
  if (
    phase === 'recovering' ||
    phase === 'finishing' ||
    phase === 'synced' ||
    (phase === 'migrated' && !isEarlier)
  )
    fits(typeof record.jobId === 'string', 'without its job');
  if (phase === 'queued') fits(record.slotRequest > 0 && record.queuedAt > 0, 'without its request');
  if (phase === 'failed') fits(record.error?.code !== undefined, 'without why');
  if (isEnded(phase)) fits(isEarlier || record.endedAt !== undefined, 'at no time');
  else if (phase !== 'waiting') fits(record.startedAt !== undefined, 'without any start');
  if (phase === 'waiting') fits(!record.jobRuns || record.jobId !== undefined, 'and no job runs');
}
