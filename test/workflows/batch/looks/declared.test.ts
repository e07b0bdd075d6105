import { takeFindings } from '../../../../workflows/batch/looks/findings';
import { planChanges, takePlan } from '../../../../workflows/batch/orders/plan-change';
import { type ServerRecord, slotsOf } from '../../../../workflows/batch/servers/server-record';
import { aBatch, aPlan, aServer } from '../a-batch';

const web = aServer('web');
const done = { ...web, done: 'm-elsewhere' };
const error = { code: 'InternalError', message: '', remedy: '' };
const leftover = { jobId: 'j-1', why: 'keptByPolicy' } as const;
const end = { round: 3, endedAt: 5, sourceId: 's-web' };

/** What becomes of `web` in this record when its plan declares it done. */
function declaredFrom(record: ServerRecord) {
  const batch = aBatch(aPlan([web]), { web: record });
  takePlan(batch, aPlan([done]), undefined, 9);
  const { declared, earlier, counts } = batch.index;
  return {
    batch,
    record: batch.index.record('web'),
    strays: batch.state.strays.jobs,
    declared,
    earlier,
    counts,
  };
}

test.each([
  ['waiting', { phase: 'waiting', round: 0 }, []],
  ['waiting with a job from before', { phase: 'waiting', round: 0, jobId: 'j-1' }, ['j-1']],
  ['failed', { ...end, phase: 'failed', error }, []],
  ['failed with a job that was kept', { ...end, phase: 'failed', error, jobId: 'j-1', leftover }, ['j-1']],
  ['cancelled', { ...end, phase: 'cancelled' }, []],
  ['skipped', { ...end, phase: 'skipped', note: 'skipped by somebody' }, []],
] as [string, ServerRecord, string[]][])(
  'a server that is %s counts as migrated with the image that the plan declares; a job that it has left is a stray',
  (_, before, jobs) => {
    const { record, strays, declared, earlier, counts } = declaredFrom(before);
    expect(record).toMatchObject({
      phase: 'migrated',
      imageId: 'm-elsewhere',
      declared: true,
      round: before.round,
    });
    expect(slotsOf(record)).toEqual({ existing: 0, running: 0 });
    expect(strays.map(({ jobId }) => jobId)).toEqual(jobs);
    expect([declared, earlier, counts.migrated]).toEqual([1, 0, 1]);
  },
);

test('a server that this batch has migrated keeps its own image, whatever the plan declares', () => {
  const { record, declared } = declaredFrom({ ...end, phase: 'migrated', imageId: 'm-own', jobId: 'j-1' });
  expect(record).toMatchObject({ imageId: 'm-own' });
  expect(declared).toBe(0);
});

test('a server that is under way cannot be declared done', () => {
  const batch = aBatch(aPlan([web]), { web: { phase: 'migrating', round: 1 } });
  expect(planChanges(aPlan([web]), aPlan([done]), batch.index).refused).toEqual([
    "server 'web' is migrating: its done cannot change any more",
  ]);
});

test('the workflow of a declared server that runs since before the batch was applied goes on', () => {
  const batch = aBatch(aPlan([done]), {});
  const earlier = { running: [{ server: 'web', sourceId: 's-web' }], migrations: [] };
  takeFindings(batch, aPlan([done]), { surveyed: [], earlier }, 9);
  expect(batch.index.record('web')).toMatchObject({ phase: 'migrating', sourceId: 's-web' });
});

test('a change of what is declared is told, and takes effect', () => {
  const { batch } = declaredFrom({ phase: 'waiting', round: 0 });
  const next = aPlan([{ ...done, done: 'm-other' }]);
  expect(planChanges(batch.state.plan, next, batch.index).notes).toEqual([
    "server 'web' counts as migrated as m-other, because the plan declares it done",
  ]);
  takePlan(batch, next, undefined, 10);
  expect(batch.index.record('web')).toMatchObject({ imageId: 'm-other', declared: true });
  expect(planChanges(batch.state.plan, aPlan([web]), batch.index).notes).toEqual([
    "server 'web' is declared done no longer: its source is looked up, and migrated if it was not",
  ]);
});

test('a server that is declared no longer is judged by the account like a new one', () => {
  const { batch } = declaredFrom({ phase: 'waiting', round: 0 });
  const surveyed = [{ name: 'web', found: ['s-web'], diskGiB: 40 }];
  takePlan(batch, aPlan([web]), { surveyed, earlier: { running: [], migrations: [] } }, 10);
  expect(batch.index.record('web')).toMatchObject({ phase: 'waiting', sourceId: 's-web' });
  expect(batch.index.declared).toBe(0);
});
