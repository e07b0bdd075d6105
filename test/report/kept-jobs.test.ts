import { formatInstanceHours, instanceHours, keptJobs, keptJobsLine } from '../../src/report';
import { aServer } from './a-batch';

const leftover = { jobId: 'j-1', why: 'keptByPolicy' as const };
const kept = (more: Partial<Parameters<typeof aServer>[0]> = {}) =>
  aServer({ phase: 'failed', leftover, took: 30, stoppedRunningAt: 1, ...more });
const later = (hours: number) => kept().startedAt! + hours * 3_600_000;

test('a kept job is billed from its server’s start on, also after its end', () => {
  expect(instanceHours(kept(), later(8.5))).toBe(8.5);
});

test('a job that is gone is not billed any more', () => {
  expect(instanceHours(kept({ leftover: undefined }), later(8))).toBeUndefined();
});

test('a job that cleanup has deleted was billed until then, and is no kept job any more', () => {
  const deleted = kept({ leftover: { ...leftover, deletedAt: later(2) } });
  expect(instanceHours(deleted, later(8))).toBe(2);
  expect(keptJobs([deleted], later(8))).toBeUndefined();
  expect(keptJobs([deleted, kept()], later(8))).toEqual({ jobs: 1, instanceHours: 8 });
});

test('a job that succeeded has released its instance, also where it could not be deleted', () => {
  const server = kept({ phase: 'migrated', leftover: { jobId: 'j-1', why: 'deleteFailed' } });
  expect(instanceHours(server, later(8))).toBeUndefined();
});

test('a job that SMC never started has no instance; one that was refused a later start has', () => {
  const error = { code: 'Forbidden.RAM', message: '', remedy: '', action: 'StartReplicationJob' };
  expect(instanceHours(kept({ error, stoppedRunningAt: undefined }), later(8))).toBeUndefined();
  expect(instanceHours(kept({ error, starts: 0 }), later(8))).toBeUndefined();
  expect(instanceHours(kept({ error, starts: 2 }), later(8))).toBe(8);
});

test('the kept jobs of a batch are added up; a batch without them has no sum', () => {
  const servers = [kept(), kept({ server: 'web-02', from: 60, phase: 'cancelled' }), aServer()];
  expect(keptJobs(servers, later(4))).toEqual({ jobs: 2, instanceHours: 7 });
  expect(keptJobs([aServer()], later(4))).toBeUndefined();
});

test('the reminder names the command that ends it', () => {
  expect(keptJobsLine('dc1-exit', { jobs: 3, instanceHours: 41.27 })).toBe(
    '3 kept jobs: 41 instance-hours billed so far, unless they were deleted since: smc-batch cleanup dc1-exit',
  );
  expect(keptJobsLine('dc1-exit', { jobs: 1, instanceHours: 1 })).toBe(
    '1 kept job: 1 instance-hour billed so far, unless it was deleted since: smc-batch cleanup dc1-exit',
  );
});

test.each([
  [0, '0 instance-hours'],
  [0.04, 'less than 0.1 instance-hours'],
  [0.44, '0.4 instance-hours'],
  [9.96, '10 instance-hours'],
  [12_345.6, '12,346 instance-hours'],
])('%d hours are said as %s', (hours, said) => {
  expect(formatInstanceHours(hours)).toBe(said);
});
