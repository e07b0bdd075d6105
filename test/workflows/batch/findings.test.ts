import type { SurveyedServer } from '../../../activities/sources/survey-source-servers';
import type { EarlierServers } from '../../../activities/workflows/find-earlier-servers';
import type { Plan } from '../../../src/plan';
import { needsName, retryServer } from '../../../workflows/batch/look-ups';
import type { BatchRun } from '../../../workflows/batch/run';
import { BatchServers } from '../../../workflows/batch/servers';
import { takeFindings } from '../../../workflows/batch/survey';
import type { ServerStanding } from '../../../workflows/contract/server-messages';

const plan = {
  name: 'dc1',
  policy: { attempts: 3 },
  waves: [{ name: 'all', overlap: false }],
  servers: ['web', 'db'].map((name) => ({ name, sourceName: `${name}-src`, wave: 'all', job: {} })),
} as unknown as Plan;

/** A batch as it is before, or after, it has looked its servers up. */
function aRun(): BatchRun {
  const state = {
    records: {},
    sourceIds: {},
    diskGiB: {},
    jobIds: {},
    lookUps: {},
    leftPlan: [],
    stock: { strays: [], missing: [], told: [], pollIntervalSeconds: 30 },
  };
  const servers = new BatchServers(plan, state.records, state.diskGiB);
  return { plan, state, servers, early: [], status: 'surveying' } as unknown as BatchRun;
}

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

function taken(found: SurveyedServer, earlier: EarlierServers, run = aRun()): BatchRun {
  takeFindings(run, plan, { surveyed: [found], earlier });
  return run;
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
    { ...at, phase: 'queued', jobId: 'j-1', need: 3 },
    { existing: 1, running: 0 },
  ],
  [
    { ...at, phase: 'queued', need: 1 },
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
    const { servers } = taken(web(), joined(standing));
    expect(servers.records.web).toMatchObject({ ...standing, round: 0 });
    expect(servers.inUse).toEqual(slots);
  },
);

test('what a server reports while its batch is looked up is not lost', () => {
  const run = aRun();
  run.early.push({ kind: 'stoppedRunning', server: 'web', round: 4, start: 2, jobId: 'j-1', end: 'Waiting' });
  taken(web(), joined({ ...at, phase: 'migrating', jobId: 'j-1' }), run);
  expect(run.servers.phaseOf('web')).toBe('synced');
  expect(run.early).toEqual([]);
});

test('a report of an earlier start does not take a server back that has been started again since', () => {
  const run = aRun();
  run.early.push({ kind: 'stoppedRunning', server: 'web', round: 4, start: 1, jobId: 'j-1', end: 'InError' });
  taken(web(), joined({ ...at, phase: 'migrating', jobId: 'j-1' }), run);
  expect(run.servers.phaseOf('web')).toBe('migrating');
});

test('a migrated server whose source is gone is skipped with its image, and nothing of it is under way', () => {
  const migrations = [{ server: 'web', sourceId: 's-1', sourceName: 'web-src', image: 'm-1' }];
  const { servers } = taken(web({ found: [] }), { running: [], migrations });
  expect(servers.records.web).toMatchObject({
    phase: 'skipped',
    sourceId: 's-1',
    imageId: 'm-1',
    note: expect.stringContaining('not in the account any more'),
  });
  expect(servers.inUse).toEqual({ existing: 0, running: 0 });
});

test('a source that was imported again waits for an operator who names its server', () => {
  const migrations = [{ server: 'web', sourceId: 's-old', image: 'm-1' }];
  const run = taken(web({ found: ['s-new'] }), { running: [], migrations });
  expect(run.servers.records.web).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.Replaced' },
    migrated: { sourceId: 's-old', image: 'm-1' },
  });
  expect(needsName(run, 'web')).toBe(true);
  retryServer(run, 'web', { isNamed: true });
  expect([run.servers.phaseOf('web'), run.state.lookUps]).toEqual([
    'waiting',
    { web: { confirmed: 's-new' } },
  ]);
  taken(web({ found: ['s-new'] }), { running: [], migrations }, run);
  expect(run.servers.phaseOf('web')).toBe('waiting');
  expect(run.state.sourceIds).toEqual({ web: 's-new' });
});

test('a retry looks a source up that was missing, and not one that is known', () => {
  const run = taken(web({ found: [] }), nothing);
  expect(run.servers.records.web).toMatchObject({
    phase: 'failed',
    error: { code: 'SourceServer.NotFound' },
  });
  retryServer(run, 'web', { isNamed: false });
  expect(run.state.lookUps).toEqual({ web: {} });
  taken(web({ found: ['s-late'] }), nothing, run);
  expect(run.state.sourceIds).toEqual({ web: 's-late' });
  run.state.lookUps = {};
  const error = { code: 'InternalError', message: '', remedy: '' };
  run.servers.set('web', { phase: 'failed', round: 1, sourceId: 's-late', error });
  retryServer(run, 'web', { isNamed: true });
  expect(run.state.lookUps).toEqual({});
});

test('a job that its server keeps through a look is no stray, one that it loses is', () => {
  const run = aRun();
  const job = { jobId: 'j-1', status: 'InError', owner: { batch: 'dc1', server: 'web' } };
  run.servers.set('web', { phase: 'waiting', round: 1, jobId: 'j-1' });
  taken(web({ jobs: [{ ...job, sourceId: 's-1' }] }), nothing, run);
  expect([run.state.stock.strays, run.servers.inUse.existing]).toEqual([[], 1]);
  taken(web({ found: ['s-2'], jobs: [{ ...job, sourceId: 's-1' }] }), nothing, run);
  expect([run.state.stock.strays.length, run.servers.inUse.existing]).toEqual([1, 1]);
});
