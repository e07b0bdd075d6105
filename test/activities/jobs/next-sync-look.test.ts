import { nextSyncLook } from '../../../activities/jobs/next-sync-look';

const hour = 3_600_000;
const minute = 60_000;
const runs = (startedAt: number) => ({
  replicationJobRuns: [{ startTime: new Date(startedAt).toISOString() }],
});
const at = Date.parse('2030-01-01T00:00:00Z');

test('a sync that is late is looked for soon, at a growing distance, and not a whole period later', () => {
  const next = nextSyncLook(12, 30);
  const minutes = Array.from({ length: 8 }, () => next(runs(at), at + 12 * hour + 1) / minute);
  expect(minutes).toEqual([0.5, 1, 2, 4, 8, 15, 15, 15]);
  // The next one is late anew.
  expect(next(runs(at + 12 * hour), at + 24 * hour + 1) / minute).toBe(0.5);
});

test('before it is due a job is looked at seldom, and when it is due', () => {
  const next = nextSyncLook(12, 30);
  expect(next(runs(at), at + hour) / minute).toBe(15);
  expect(next(runs(at), at + 12 * hour - 4 * minute) / minute).toBe(4);
});

test('a job without the times of its runs is read, too', () => {
  const next = nextSyncLook(12, 30);
  expect(next({ replicationJobRuns: [] }, at)).toBe(30_000);
});
