import type { SurveyedServer } from '../../../../activities/sources/survey-source-servers';
import type { EarlierServers } from '../../../../activities/workflows/earlier-servers';
import { takeFindings } from '../../../../workflows/batch/looks/findings';
import { checkOrder, takeOrder } from '../../../../workflows/batch/orders/orders';
import { estimatedSeconds, nothingMeasured, withJob } from '../../../../workflows/batch/servers/estimate';
import type { Batch } from '../../../../workflows/batch/state';
import { isWished } from '../../../../workflows/batch/wishes';
import type { ServerStanding } from '../../../../workflows/contract/server-messages';
import { aBatch, aPlan, aServer } from '../a-batch';

const plan = aPlan(
  ['web', 'db'].map((name) => aServer(name, { sourceId: undefined, sourceName: `${name}-src` })),
);

/** A batch as it is before, or after, it has looked its servers up. */
const looking = () => aBatch(plan, {}, { stage: 'surveying' });
const retry = (batch: Batch, servers?: string[]) => takeOrder(batch, 'retry', { by: 'me', servers }, 0);

const web = (more: Partial<SurveyedServer> = {}): SurveyedServer => ({
  name: 'web',
  found: ['s-1'],
  ...more,
});
const nothing: EarlierServers = { running: [], migrations: [] };
const joined = (standing?: ServerStanding): EarlierServers => ({
  running: [{ server: 'web', sourceId: 's-1', standing }],
  migrations: [],
});
const at = { sourceId: 's-1', startedAt: 7, starts: 2 };

function taken(found: SurveyedServer, earlier: EarlierServers, batch = looking()): Batch {
  takeFindings(batch, plan, { surveyed: [found], earlier }, 0);
  return batch;
}

test.each<[ServerStanding, object]>([
  [
    { ...at, phase: 'synced', jobId: 'j-1' },
    { existing: 1, running: 0 },
  ],
  [
    { ...at, phase: 'recovering', jobId: 'j-1' },
    { existing: 1, running: 0 },
  ],
  [
    { ...at, phase: 'queued', jobId: 'j-1', slotRequest: 3 },
    { existing: 1, running: 0 },
  ],
  [
    { ...at, phase: 'queued', slotRequest: 1 },
    { existing: 0, running: 0 },
  ],
  [
    { ...at, phase: 'finishing', jobId: 'j-1' },
    { existing: 1, running: 0 },
  ],
  [
    { ...at, phase: 'migrating', jobId: 'j-1' },
    { existing: 1, running: 1 },
  ],
])(
  'a server that is at work is taken over where it stands, with the slots that it holds: %j',
  (standing, slots) => {
    const { index } = taken(web(), joined(standing));
    expect(index.record('web')).toMatchObject({ ...standing, round: 0 });
    expect(index.inUse).toEqual(slots);
  },
);

test.each(['cancel', 'skip'] as const)(
  'a %s during the look-up is for the workflow from before, too: it is cancelled',
  (order) => {
    const batch = looking();
    takeOrder(batch, order, { by: 'me', servers: ['web'] }, 0);
    taken(web(), joined({ ...at, phase: 'queued', slotRequest: 1, jobId: 'j-1' }), batch);
    expect(batch.index.phaseOf('web')).toBe('queued');
    expect(isWished(batch.state, 'web', 'cancel')).toBe(true);
  },
);

test('what a server reports while its batch is looked up is not lost', () => {
  const batch = looking();
  batch.state.early.push({
    kind: 'stoppedRunning',
    server: 'web',
    round: 4,
    start: 2,
    jobId: 'j-1',
    end: 'Waiting',
  });
  taken(web(), joined({ ...at, phase: 'migrating', jobId: 'j-1' }), batch);
  expect(batch.index.phaseOf('web')).toBe('synced');
  expect(batch.state.early).toEqual([]);
});

test('a report of an earlier start does not take a server back that has been started again since', () => {
  const batch = looking();
  batch.state.early.push({
    kind: 'stoppedRunning',
    server: 'web',
    round: 4,
    start: 1,
    jobId: 'j-1',
    end: 'InError',
  });
  taken(web(), joined({ ...at, phase: 'migrating', jobId: 'j-1' }), batch);
  expect(batch.index.phaseOf('web')).toBe('migrating');
});

test('a migrated server whose source is gone counts as migrated, with its image, and nothing of it is under way', () => {
  const migrations = [{ server: 'web', sourceId: 's-1', sourceName: 'web-src', image: 'm-1' }];
  const { index } = taken(web({ found: [] }), { running: [], migrations });
  expect(index.record('web')).toMatchObject({
    phase: 'migrated',
    earlier: true,
    sourceId: 's-1',
    imageId: 'm-1',
    note: expect.stringContaining('not in the account any more'),
  });
  expect(index.inUse).toEqual({ existing: 0, running: 0 });
});

const wasMade = { jobId: 'j-1', startedAt: 1_000, endedAt: 2_000 };

test('what an earlier run of the batch has migrated is done, with its job, its image and its times', () => {
  const ledger = { batch: 'dc1', image: 'm-1', migration: wasMade };
  const { index } = taken(web({ ledger }), nothing);
  const record = index.record('web');
  expect(record).toMatchObject({ phase: 'migrated', earlier: true, imageId: 'm-1', ...wasMade });
  expect('note' in record && record.note).toBeFalsy();
  expect([index.counts.migrated, index.earlier]).toEqual([1, 1]);
});

test('what has ended a moment ago, and is not tagged yet, has its times from Temporal', () => {
  const migrations = [{ server: 'web', sourceId: 's-1', image: 'm-1', isRecent: true as const, ...wasMade }];
  const { index } = taken(web(), { running: [], migrations });
  expect(index.record('web')).toMatchObject({ phase: 'migrated', earlier: true, imageId: 'm-1', ...wasMade });
});

test('what another batch has migrated is skipped, and says by which', () => {
  const { index } = taken(web({ ledger: { batch: 'dc0', image: 'm-1' } }), nothing);
  expect(index.record('web')).toMatchObject({
    phase: 'skipped',
    note: "migrated in batch 'dc0'",
    imageId: 'm-1',
  });
  expect(index.earlier).toBe(0);
});

test('a source that was imported again waits for an operator who names its server', () => {
  const migrations = [{ server: 'web', sourceId: 's-old', image: 'm-1' }];
  const batch = taken(web({ found: ['s-new'] }), { running: [], migrations });
  expect(batch.index.record('web')).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.Replaced' },
    migrated: { sourceId: 's-old', image: 'm-1' },
  });
  expect(() => checkOrder(batch, 'retry', { by: 'me' })).toThrow('retry it by its name');
  retry(batch, ['web']);
  expect(batch.index.record('web')).toMatchObject({ phase: 'waiting', lookUp: { confirmed: 's-new' } });
  taken(web({ found: ['s-new'] }), { running: [], migrations }, batch);
  expect(batch.index.phaseOf('web')).toBe('waiting');
  expect(batch.index.record('web').sourceId).toBe('s-new');
});

test('a retry looks a source up that was missing, and not one that is known', () => {
  const batch = taken(web({ found: [] }), nothing);
  expect(batch.index.record('web')).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.NotFound' },
  });
  retry(batch);
  expect([...batch.index.lookedUpFirst]).toEqual(['web']);
  taken(web({ found: ['s-late'] }), nothing, batch);
  expect(batch.index.record('web')).toMatchObject({ phase: 'waiting', sourceId: 's-late' });
  const error = { code: 'InternalError', message: '', remedy: '' };
  batch.index.set('web', { phase: 'failed', round: 1, startedAt: 5, sourceId: 's-late', error });
  retry(batch, ['web']);
  expect([batch.index.phaseOf('web'), batch.index.lookedUpFirst.size]).toEqual(['waiting', 0]);
});

test('a server that was cancelled before its look-up is looked up at its retry: another one may have its source', () => {
  const batch = aBatch(aPlan(['web']), {
    web: { phase: 'waiting', round: 0, sourceId: 's-web', lookUp: {} },
  });
  takeOrder(batch, 'cancel', { by: 'me', servers: ['web'] }, 1);
  expect(batch.index.phaseOf('web')).toBe('cancelled');
  retry(batch, ['web']);
  expect([...batch.index.lookedUpFirst]).toEqual(['web']);
});

test('a job that its server keeps through a look is no stray, one that it loses is', () => {
  const batch = looking();
  const job = { jobId: 'j-1', status: 'InError', owner: { batch: 'dc1', server: 'web' } };
  batch.index.set('web', { phase: 'waiting', round: 1, jobId: 'j-1' });
  taken(web({ jobs: [{ ...job, sourceId: 's-1' }] }), nothing, batch);
  expect([batch.state.strays.jobs, batch.index.inUse.existing]).toEqual([[], 1]);
  taken(web({ found: ['s-2'], jobs: [{ ...job, sourceId: 's-1' }] }), nothing, batch);
  expect([batch.state.strays.jobs.length, batch.index.inUse.existing]).toEqual([1, 1]);
});

test('a batch that is applied again estimates by what its servers took before, until it has measured for itself', () => {
  const earlier = { ...nothing, took: [{ server: 'web', seconds: 600 }] };
  const { state } = taken(web({ diskGiB: 20 }), earlier);
  expect(state.measured).toMatchObject({ servers: 1, seconds: 600 });
  const simulated = taken(web({ diskGiB: 20, simulatedSpeed: 600 }), nothing).state.measured;
  expect(estimatedSeconds(20, simulated)).toBeLessThan(estimatedSeconds(20, nothingMeasured()) / 200);
  const measured = withJob(nothingMeasured(), 20, 1);
  const known = taken(web({ diskGiB: 20 }), earlier, aBatch(plan, {}, { stage: 'surveying', measured }));
  expect(known.state.measured).toEqual(measured);
});
