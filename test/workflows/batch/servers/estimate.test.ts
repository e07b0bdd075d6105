import { decide } from '../../../../workflows/batch/decide';
import { forecast } from '../../../../workflows/batch/forecast';
import {
  estimatedCleanUp,
  estimatedEndOf,
  estimatedSeconds,
  type Measured,
  measuredEarlier,
  nothingMeasured,
  withCleanUp,
  withJob,
} from '../../../../workflows/batch/servers/estimate';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { nextRecord } from '../../../../workflows/batch/take-report';
import { aBatch, aPlan, withLease } from '../a-batch';

const minute = 60_000;
/** So many servers that took the same. */
const measuredOf = (
  count: number,
  { seconds = 2_400, diskGiB = 40, speed = 1, cleanUp = 120 } = {},
): Measured =>
  Array.from({ length: count }).reduce<Measured>(
    (sum) => withCleanUp(withJob(sum, diskGiB, seconds), cleanUp),
    nothingMeasured(speed),
  );
/** Forty minutes for the forty GiB of each. */
const measured = measuredOf(10_000);
const toTheMinute = (at: number | undefined) => (at === undefined ? undefined : Math.round(at / minute));
const base = { round: 1, diskGiB: 40, startedAt: 0 };
const migrating: ServerRecord = { ...base, phase: 'migrating' };
const broken: ServerRecord = {
  ...base,
  phase: 'recovering',
  jobId: 'j-1',
  idleSince: 10 * minute,
  nextStartAt: 15 * minute,
};

const cleaned: ServerRecord = { ...base, phase: 'finishing', jobId: 'j-1' };

test.each<[string, ServerRecord, number, number | undefined]>([
  ['by its size and what was measured, with its clean-up', migrating, 1, 42],
  ['withdrawn once the time of its job is past', migrating, 41, undefined],
  ['with the time in which its job did not run', { ...migrating, idleMs: 15 * minute }, 1, 57],
  ['from the next start on, with what the job had left', broken, 11, 47],
  ['unknown once only its source keeps it', broken, 16, undefined],
  ['by what clean-ups took, once its job has ended', { ...cleaned, stoppedRunningAt: 0 }, 1, 2],
  ['withdrawn once its clean-up takes longer', { ...cleaned, stoppedRunningAt: 0 }, 3, undefined],
  ['unknown of a server that waits', { phase: 'waiting', round: 0 }, 1, undefined],
])('the end of a server is estimated %s', (_, record, at, end) => {
  expect(toTheMinute(estimatedEndOf(record, measured, at * minute))).toBe(end);
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
  expect(toTheMinute(estimatedEndOf(batch.index.record('web'), measured, 30 * minute))).toBe(62);
});

/** SMC's published speeds, in seconds; 100 GiB take some 3.4 hours. */
const published = (diskGiB: number) => 183 + diskGiB * ((1024 ** 3 * 8) / 100e6 + 1024 ** 3 / 30e6);

test.each<[string, Measured, number, number]>([
  ['by the published speeds before any has ended', nothingMeasured(), 100, published(100)],
  ['as fast as the simulator runs', nothingMeasured(600), 100, (published(100) - 3) / 600 + 3],
  [
    'half-way to what the first one took',
    measuredOf(1, { diskGiB: 40, seconds: 2 * published(40) }),
    100,
    1.5 * published(100),
  ],
  [
    'nearly as three took',
    measuredOf(3, { diskGiB: 40, seconds: 2 * published(40) }),
    100,
    1.75 * published(100),
  ],
  [
    'as very many took, which were faster',
    measuredOf(1_000, { diskGiB: 40, seconds: 0.3 * published(40) }),
    10,
    0.3 * published(10),
  ],
])('the job of a server is estimated %s', (_, known, diskGiB, seconds) => {
  expect(estimatedSeconds(diskGiB, known) / seconds).toBeCloseTo(1, 2);
});

test('the clean-up is estimated by those that were, and is part of the end', () => {
  expect(estimatedCleanUp(nothingMeasured())).toBe(10);
  const known = measuredOf(100, { cleanUp: 120 });
  expect(Math.round(estimatedCleanUp(known))).toBe(119);
  expect(
    estimatedEndOf({ ...migrating, phase: 'finishing', jobId: 'j', stoppedRunningAt: 0 }, known, 1),
  ).toBe(Math.round(estimatedCleanUp(known) * 1000));
});

test('the end of a batch counts the job and the clean-up of its last server; a slot is free once the job has ended', () => {
  const batch = withLease(
    aBatch(aPlan(['a', 'b']), { a: { phase: 'waiting', round: 0 }, b: { phase: 'waiting', round: 0 } }),
    2,
    1,
  );
  const lengths = { jobOf: () => 100, cleanUp: 30 };
  const { endAt, servers } = forecast(batch.state, 0, lengths);
  expect([...servers.values()]).toEqual([
    { startAt: 0, endAt: 130_000 },
    { startAt: 100_000, endAt: 230_000 },
  ]);
  expect(endAt).toBe(230_000);
});

test.each([
  [50, 100],
  [101, 125],
  [120, 125],
  [126, 156.25],
])('after %i seconds a server that was given 100 keeps its batch until second %d', (at, end) => {
  const late = aBatch(aPlan(['a']), { a: { phase: 'migrating', round: 1, startedAt: 0 } });
  expect(forecast(late.state, at * 1000, { jobOf: () => 100, cleanUp: 0 }).endAt).toBe(end * 1000);
});

test('servers of an earlier run speak by the one in the middle; without any nothing is known', () => {
  const took = [
    { seconds: published(10), diskGiB: 10 },
    { seconds: 2 * published(20), diskGiB: 20 },
    { seconds: 500_000, diskGiB: 10 },
    { seconds: 5, diskGiB: 0 },
  ];
  expect(estimatedSeconds(50, measuredEarlier(took)) / published(50)).toBeCloseTo(1.75, 2);
  expect(measuredEarlier([])).toEqual(nothingMeasured());
});
