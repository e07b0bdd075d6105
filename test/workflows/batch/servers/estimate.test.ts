import { decide } from '../../../../workflows/batch/decide';
import { earlierThroughput, estimatedEndOf } from '../../../../workflows/batch/servers/estimate';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { nextRecord } from '../../../../workflows/batch/take-report';
import { aBatch, aPlan, withLease } from '../a-batch';

const minute = 60_000;
/** Forty minutes for the forty GiB of each. */
const measured = { seconds: 600, diskGiB: 10 };
const base = { round: 1, diskGiB: 40, startedAt: 0 };
const migrating: ServerRecord = { ...base, phase: 'migrating' };
const broken: ServerRecord = {
  ...base,
  phase: 'recovering',
  jobId: 'j-1',
  idleSince: 10 * minute,
  nextStartAt: 15 * minute,
};

test.each<[string, ServerRecord, number, number | undefined]>([
  ['by its size and what was measured', migrating, 1, 40],
  ['withdrawn once its time is past', migrating, 41, undefined],
  ['with the time in which its job did not run', { ...migrating, idleMs: 15 * minute }, 1, 55],
  ['from the next start on, with what the job had left', broken, 11, 45],
  ['unknown once only its source keeps it', broken, 16, undefined],
  ['unknown of a server that waits', { phase: 'waiting', round: 0 }, 1, undefined],
])('the end of a server is estimated %s', (_, record, at, end) => {
  expect(estimatedEndOf(record, measured, at * minute)).toBe(end === undefined ? undefined : end * minute);
});

test('all that a job waits for until it runs again counts: the delay, its source and its slot', () => {
  const stopped = nextRecord(
    { ...migrating, jobId: 'j-1' },
    {
      server: 'web',
      round: 1,
      kind: 'stoppedRunning',
      start: 1,
      jobId: 'j-1',
      end: 'InError',
      startsAgainInSeconds: 60,
    },
    10 * minute,
  )!;
  const queued = nextRecord(
    stopped,
    { server: 'web', round: 1, kind: 'wantsSlot', slotRequest: 1, jobId: 'j-1' },
    20 * minute,
  )!;
  const batch = withLease(aBatch(aPlan(['web']), { web: queued }), 5);
  decide(batch, 30 * minute);
  expect(batch.index.record('web')).toMatchObject({ phase: 'migrating', idleMs: 20 * minute });
  expect(estimatedEndOf(batch.index.record('web'), measured, 30 * minute)).toBe(60 * minute);
});

test('servers of an earlier run speak by the one in the middle; without any nothing is known', () => {
  const took = [
    { seconds: 600, diskGiB: 10 },
    { seconds: 900, diskGiB: 10 },
    { seconds: 500_000, diskGiB: 10 },
    { seconds: 5, diskGiB: 0 },
  ];
  const { seconds, diskGiB } = earlierThroughput(took);
  expect(seconds / diskGiB).toBe(90);
  expect(earlierThroughput([])).toEqual({ seconds: 0, diskGiB: 0 });
});
