import type { PlannedServer } from '../../../../src/plan';
import { decide } from '../../../../workflows/batch/decide';
import {
  beginPlanChange,
  isUnchanged,
  leavingNotes,
  leavingServers,
  planChanges,
  takePlan,
} from '../../../../workflows/batch/orders/plan-change';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { aBatch, aPlan, aServer, withLease } from '../a-batch';

const base = (name: string): PlannedServer =>
  aServer(name, { job: { regionId: 'cn-hangzhou', systemDiskSize: 40 } });
const planOf = (servers: PlannedServer[]) => aPlan(servers);

const end = { round: 1, endedAt: 5, sourceId: 's-web' };
const error = { code: 'InternalError', message: '', remedy: '' };
const records = {
  waiting: { phase: 'waiting', round: 0 },
  migrating: { phase: 'migrating', round: 1 },
  recovering: { phase: 'recovering', round: 1, jobId: 'j-1' },
  synced: { phase: 'synced', round: 1, jobId: 'j-1' },
  migrated: { ...end, phase: 'migrated', jobId: 'j-1', imageId: 'm-1' },
  done: { ...end, phase: 'skipped', note: "migrated in batch 'dc0'", imageId: 'm-1' },
  skipped: { ...end, phase: 'skipped', note: 'skipped by somebody' },
  failed: { ...end, phase: 'failed', error },
  cancelled: { ...end, phase: 'cancelled' },
} satisfies Record<string, ServerRecord>;

const web = base('web');
const otherImage = { ...web, job: { ...web.job, imageName: 'other' } };
const otherSource = { ...web, sourceId: 's-new' };

/** `web` is in this record, and the next plan has it like this, or not at all. */
function changesOf(record: ServerRecord, next?: PlannedServer) {
  const plan = planOf([web]);
  const changed = planOf(next ? [next, base('new')] : [base('new')]);
  const { index } = aBatch(plan, { web: record });
  return { ...planChanges(plan, changed, index), left: leavingServers(plan, changed, index) };
}

test.each(['migrating', 'recovering', 'synced'] as const)(
  'a server that is %s can neither leave nor change: its plan is refused whole',
  (phase) => {
    expect(changesOf(records[phase]).refused).toEqual([
      `server 'web' is ${phase}: it cannot be removed any more`,
    ]);
    expect(changesOf(records[phase], otherImage).refused).toEqual([
      `server 'web' is ${phase}: its imageName cannot change any more`,
    ]);
  },
);

test.each([
  ['waiting', []],
  ['migrated', ['web (migrated as m-1 from s-web)']],
  ['done', ['web (skipped as m-1 from s-web)']],
  ['failed', ['web (failed from s-web: InternalError)']],
  ['cancelled', ['web (cancelled from s-web)']],
] as const)('a server that is %s may leave, and the journal keeps what became of it', (which, left) => {
  expect(changesOf(records[which])).toMatchObject({ refused: [], removed: ['web'], added: ['new'], left });
});

test.each([
  ['waiting', otherImage, []],
  ['migrated', otherImage, ["server 'web' is migrated: its imageName has no effect any more"]],
  ['done', otherImage, ["server 'web' is skipped: its imageName has no effect any more"]],
  ['failed', otherImage, ["server 'web' is failed: its imageName counts once it is retried"]],
  ['migrated', { ...web, wave: 'other' }, []],
  ['waiting', otherSource, []],
  [
    'migrated',
    otherSource,
    ["server 'web' is migrated: from another source it is migrated only when it is retried by its name"],
  ],
  [
    'done',
    otherSource,
    ["server 'web' is skipped: from another source it is migrated only when it is retried by its name"],
  ],
  ['skipped', otherSource, ["server 'web' is skipped: its sourceId has no effect any more"]],
  ['cancelled', otherSource, ["server 'web' is cancelled: its sourceId counts once it is retried"]],
] as const)('a server that is %s may change, and a change without effect is noted', (which, next, notes) => {
  expect(changesOf(records[which], next)).toMatchObject({ refused: [], changed: ['web'], notes, left: [] });
});

test('a thousand servers that leave take few lines of the journal, and an equal plan is none', () => {
  const names = Array.from({ length: 1_000 }, (_, i) => `web-${i}`);
  const plan = planOf(names.map(base));
  const migrated = Object.fromEntries(names.map((name) => [name, records.migrated]));
  const { index } = aBatch(plan, migrated);
  expect(leavingNotes(leavingServers(plan, planOf([base('new')]), index))).toHaveLength(20);
  expect(isUnchanged(planChanges(plan, planOf(names.map(base)), index))).toBe(true);
});

describe('a plan that takes effect', () => {
  const named = (sourceName: string): PlannedServer => ({ ...web, sourceId: undefined, sourceName });

  test('leaves the job of a server that is gone as one of no server, and says so', () => {
    const batch = aBatch(planOf([web, base('db')]), { web: { phase: 'waiting', round: 0, jobId: 'j-1' } });
    const next = planOf([base('db')]);
    expect(beginPlanChange(batch, next)).toEqual([]);
    takePlan(batch, next, undefined, 5);
    expect(batch.state.strays.jobs).toMatchObject([{ jobId: 'j-1', server: 'web' }]);
    expect([batch.index.has('web'), batch.index.inUse.existing]).toEqual([false, 1]);
  });

  test('looks a waiting server up again that names another source: nothing starts meanwhile, and the right one is migrated', () => {
    const batch = withLease(
      aBatch(planOf([named('wrong')]), { web: { phase: 'waiting', round: 0, sourceId: 's-wrong' } }),
      5,
    );
    const next = planOf([named('right')]);
    expect(beginPlanChange(batch, next)).toEqual([named('right')]);
    expect(decide(batch, 0).wishes).toEqual([]);
    const surveyed = [{ name: 'web', found: ['s-right'] }];
    takePlan(batch, next, { surveyed, earlier: { running: [], migrations: [] } }, 5);
    batch.state.planChange = undefined;
    expect(decide(withLease(batch, 5), 5).wishes).toMatchObject([{ kind: 'start', server: 'web' }]);
    expect(batch.index.record('web')).toMatchObject({ phase: 'migrating', sourceId: 's-right' });
  });

  test('is refused when a server that it changes has started meanwhile', () => {
    const batch = aBatch(planOf([web]));
    const next = planOf([otherImage]);
    beginPlanChange(batch, next);
    batch.index.set('web', records.migrating);
    expect(() => takePlan(batch, next, undefined, 5)).toThrow("server 'web' is migrating");
    expect(batch.state.plan.servers).toEqual([web]);
  });

  test('counts quotas and limits that it changes from now on', () => {
    const batch = aBatch(planOf([web]));
    const next = { ...planOf([web]), account: { id: 'a', quota: { jobs: 7, running: 3 } } };
    takePlan(batch, next, undefined, 5);
    expect(batch.state).toMatchObject({ quotaChangedAt: 5, holding: { urgent: { hasNewLimits: true } } });
  });
});
