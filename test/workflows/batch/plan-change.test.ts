import type { PlannedServer } from '../../../src/plan';
import {
  isUnchanged,
  leavingNotes,
  leavingServers,
  planChanges,
} from '../../../workflows/batch/orders/plan-change';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { aBatch, aPlan, aServer } from './a-batch';

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
] as const)('a server that is %s may change, and what has no effect is told', (which, next, notes) => {
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
