import { decide } from '../../../../workflows/batch/decide';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import type { BatchState } from '../../../../workflows/batch/state';
import { aBatch, aPlan, withLease } from '../a-batch';
import { failed, held, queued, strayJobs, synced, waiting } from '../records';

test.each<[string, Record<string, ServerRecord>, Partial<BatchState>, number]>([
  ['a synced job that waits for its cut-over', { a: synced }, {}, 1],
  ['one whose sync has its slot', { a: { ...synced, sync: { runs: true, holdsSlot: true } } }, {}, 0],
  [
    'the kept job of a failed server',
    { a: { ...failed, leftover: { jobId: 'j-1', why: 'keptByPolicy' } } },
    {},
    1,
  ],
  ['a job that belongs to no server of the plan', {}, { strays: strayJobs({ jobId: 'j-9' }) }, 1],
  ['one of these that runs', {}, { strays: strayJobs({ jobId: 'j-9', runs: true }) }, 0],
  ['a job that is cleaned up, and about to go', { a: { ...synced, phase: 'finishing' } }, {}, 0],
  ['a job that recovers', { a: { ...synced, phase: 'recovering' } }, {}, 0],
  ['a job that waits for a slot', { a: queued() }, {}, 0],
  ['one that an operator holds back', { a: queued() }, { gates: held('a') }, 1],
  ['the job of a server that could start', { a: waiting({ jobId: 'j-1' }) }, {}, 0],
  ['of one that an operator holds back', { a: waiting({ jobId: 'j-1' }) }, { gates: held('a') }, 1],
])('jobs that take room and could not run now: %s', (_, records, more, idle) => {
  const batch = withLease(aBatch(aPlan(['a']), records, more), 1, 0);
  expect(decide(batch, 0).report).toMatchObject({ idle });
});

test('what is at work already is no need: the quota hears of what waits alone', () => {
  const records = Object.fromEntries(
    ['a', 'b'].map((name) => [name, waiting({ jobId: `j-${name}`, jobRuns: true })]),
  );
  const { report } = decide(aBatch(aPlan(['a', 'b']), records), 0);
  expect(report?.demand).toEqual({ existing: 2, running: 2 });
});

test.each([
  [0, 2],
  [30_000, 1],
])('at %i room for which the API refuses jobs is told as idle: %i', (now, idle) => {
  const batch = withLease(aBatch(aPlan(['a', 'b', 'c'])), 3, 3);
  const refused = { resource: 'existing', code: 'QuotaExceeded.ReplicationJob', message: 'full' } as const;
  batch.state.hold = { ...refused, limit: 1, refusals: 2, until: 30_000, tries: 1 };
  batch.state.holding = { ...batch.state.holding, isAsked: true };
  expect(decide(batch, now).report).toMatchObject({ idle });
});
