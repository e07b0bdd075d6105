import { newJob } from '../../../workflows/server/job';
import { extension, isOldJob, validUntil } from '../../../workflows/server/valid-time';

const day = 86_400_000;
const now = Date.parse('2030-06-01T00:00:00Z');
const iso = (at: number) => new Date(at).toISOString();
const created = { jobId: 'j-1', status: 'Ready', adopted: false } as const;
const days = (input: { job: object }, job: ReturnType<typeof newJob>) => {
  const until = extension(input as never, job);
  return until === undefined ? undefined : (until - job.createdAt) / day;
};
const unplanned = { job: {} };

test.each([
  ['a new job', created, now, 30, 89],
  ['an adopted one', { ...created, creationTime: iso(now - 40 * day) }, now - 40 * day, 30, 89],
  [
    'one that an earlier batch has extended',
    { ...created, creationTime: iso(now - 40 * day), validTime: iso(now + 49 * day) },
    now - 40 * day,
    89,
    undefined,
  ],
])('%s is as old as it is, and lives no longer than SMC allows', (_, given, createdAt, valid, extended) => {
  const job = newJob(given, now);
  expect(job.createdAt).toBe(createdAt);
  expect((validUntil(unplanned as never, job) - createdAt) / day).toBe(valid);
  expect(days(unplanned, job)).toBe(extended);
});

test('what the plan says of its ValidTime stands', () => {
  const job = newJob(created, now);
  const planned = { job: { validTime: iso(now + 10 * day) } };
  expect(days(planned, job)).toBeUndefined();
  expect(validUntil(planned as never, job)).toBe(now + 10 * day);
});

test('a job that has run for long is cared for by its age, not by that of its workflow', () => {
  expect(isOldJob(newJob(created, now), now + day)).toBe(false);
  expect(isOldJob(newJob({ ...created, creationTime: iso(now - 21 * day) }, now), now)).toBe(true);
});

test('an extension that was refused for good is not asked for again', () => {
  expect(days(unplanned, { ...newJob(created, now), extensionIsRefused: true })).toBeUndefined();
});
