import type { Plan } from '../../../src/plan';
import { byName } from '../../../src/text';
import { carriedBatch, unpackedBatch } from '../../../workflows/batch/carried-batch';
import type { BatchState } from '../../../workflows/batch/run';
import type { ServerRecord } from '../../../workflows/batch/server-record';
import { BatchServers } from '../../../workflows/batch/servers';
import type { ServerReport } from '../../../workflows/contract/server-messages';

const plan = {
  name: 'dc1',
  policy: { attempts: 3, stopAfterSameError: 2 },
  waves: [{ name: 'all', overlap: false }],
  servers: ['db', 'web', 'app'].map((name) => ({ name, wave: 'all', job: {} })),
} as unknown as Plan;

/** `web` has been taken up: its job is being created or runs. */
function underWay() {
  const servers = new BatchServers(plan, {}, {});
  servers.set('web', { phase: 'migrating', round: 1, startedAt: 1, starts: 1 });
  return servers;
}
const stopped = { kind: 'stoppedRunning', server: 'web', round: 1, jobId: 'j-1', start: 1 } as const;
const shown = (servers: BatchServers) => servers.view('web', { seconds: 0, diskGiB: 0 });

test('a server whose job is broken off counts the starts its job had, not those it might have had', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Stopped', neverStarted: false }, 5);
  servers.report({ kind: 'ended', server: 'web', round: 1, result: { outcome: 'cancelled' } }, 6);
  expect(shown(servers)).toMatchObject({ phase: 'cancelled', starts: 1, stoppedRunningAt: 5, endedAt: 6 });
});

test('a job that was created and never started has no start', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Unknown', neverStarted: true }, 5);
  expect(servers.inUse).toEqual({ existing: 1, running: 0 });
  servers.report({ kind: 'ended', server: 'web', round: 1, result: { outcome: 'cancelled' } }, 6);
  expect(shown(servers).starts).toBe(0);
});

test('a report that comes twice, or from an earlier round, changes nothing', () => {
  const servers = underWay();
  const broken: ServerReport = { ...stopped, end: 'InError', startsAgainInSeconds: 1 };
  servers.report(broken, 5);
  servers.set('web', { ...servers.records.web!, phase: 'migrating', starts: 2 });
  servers.report(broken, 6);
  servers.report({ ...broken, start: 2, round: 0 }, 7);
  expect(shown(servers)).toMatchObject({ phase: 'migrating', starts: 2 });
});

test('a request for a slot that comes after its grant does not take the slot away again', () => {
  const servers = underWay();
  const wantsSlot: ServerReport = { kind: 'wantsSlot', server: 'web', round: 1, need: 1, jobId: 'j-1' };
  servers.report(wantsSlot, 5);
  const { phase, need, ...kept } = servers.records.web as ServerRecord & { phase: 'queued' };
  servers.set('web', { ...kept, phase: 'migrating', granted: need });
  servers.report(wantsSlot, 6);
  expect([phase, servers.phaseOf('web')]).toEqual(['queued', 'migrating']);
  servers.report({ ...wantsSlot, need: 2 }, 7);
  expect(servers.phaseOf('web')).toBe('queued');
});

test('a synced job that broke is no longer synced, and asks for a restart, not for its cut-over', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  expect(servers.phaseOf('web')).toBe('synced');
  servers.report({ ...stopped, end: 'InError', startsAgainInSeconds: 1 }, 6);
  expect(servers.phaseOf('web')).toBe('recovering');
  servers.report({ kind: 'wantsSlot', server: 'web', round: 1, need: 1, jobId: 'j-1', isCutOver: false }, 6);
  expect(servers.hasRestarts()).toBe(true);
});

test('a failure that follows from another one counts for its wave, and not as one more of its kind', () => {
  const servers = underWay();
  const error = { code: 'DependencyFailed', message: '', remedy: '' };
  servers.set('web', { phase: 'failed', round: 1, error, isConsequence: true });
  expect([servers.waves[0]!.failing, servers.failedByCode.size]).toEqual([1, 0]);
  servers.set('app', { phase: 'failed', round: 1, error });
  expect([servers.waves[0]!.failing, servers.failedByCode.get('DependencyFailed')]).toEqual([2, 1]);
});

test('a last sync asked for is no new try, and what only the batch needs of a record is not shown', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  expect(servers.phaseOf('web')).toBe('synced');
  servers.report({ kind: 'wantsSlot', server: 'web', round: 1, need: 1, jobId: 'j-1' }, 6);
  expect(servers.records.web).toMatchObject({ phase: 'queued', isCutOver: true });
  for (const own of ['need', 'isCutOver', 'granted']) expect(shown(servers)).not.toHaveProperty(own);
  expect(servers.hasRestarts()).toBe(false);
});

test('no quota exceeded by what an earlier life has left: its jobs hold their slots before they are taken up', () => {
  const servers = new BatchServers(plan, {}, {});
  servers.set('web', { phase: 'waiting', round: 0, jobId: 'j-1', jobRuns: true });
  servers.set('app', { phase: 'waiting', round: 0, jobId: 'j-2' });
  expect(servers.inUse).toEqual({ existing: 2, running: 1 });
  expect([[...servers.runningUnwatched], servers.waitingWithJob, servers.counts.waiting]).toEqual([
    ['web'],
    2,
    plan.servers.length,
  ]);
  servers.set('web', { phase: 'migrating', round: 1, starts: 1 });
  expect([servers.inUse, servers.runningUnwatched.size]).toEqual([{ existing: 2, running: 1 }, 0]);
});

test('no quota exceeded by kept jobs: one goes on taking its slot when its server is retried, skipped or cancelled', () => {
  const servers = new BatchServers(plan, {}, {}, []);
  const error = { code: 'InternalError', message: '', remedy: '' };
  const leftover = { jobId: 'j-1', why: 'keptByPolicy' } as const;
  const failed = { phase: 'failed', round: 1, error, jobId: 'j-1', leftover } as const;
  servers.set('web', failed);
  servers.waitAgain('web');
  expect(servers.records.web).toEqual({ phase: 'waiting', round: 1, sourceId: undefined, jobId: 'j-1' });
  expect([servers.inUse, servers.leftovers]).toEqual([{ existing: 1, running: 0 }, 0]);
  servers.endByOrder('web', { phase: 'cancelled' }, 5);
  expect(servers.records.web).toMatchObject({ leftover: { jobId: 'j-1', why: 'notTakenUp' } });
  servers.set('web', failed);
  servers.endByOrder('web', { phase: 'skipped', note: 'by hand' }, 5);
  expect(servers.records.web).toMatchObject({ jobId: 'j-1', leftover });
  expect([servers.inUse, servers.leftovers]).toEqual([{ existing: 1, running: 0 }, 1]);
});

test('no quota exceeded by jobs of no server: they take their slots until they are gone', () => {
  const servers = new BatchServers(plan, {}, {}, [{ runs: true }, {}]);
  servers.set('web', { phase: 'migrating', round: 1, starts: 1 });
  expect(servers.inUse).toEqual({ existing: 3, running: 2 });
  servers.setStrays([{}]);
  expect([servers.inUse, servers.strays]).toEqual([
    { existing: 2, running: 1 },
    { existing: 1, running: 0 },
  ]);
});

const oddNames = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

test('a server, wave, group or error code may have any name: its counts are its own, also when the state has been JSON', () => {
  const odd = {
    name: 'constructor',
    policy: { attempts: 3 },
    waves: oddNames.map((name) => ({ name, overlap: false })),
    servers: oddNames.map((name) => ({ name, wave: name, job: {}, exclusive: name })),
  } as unknown as Plan;
  const next = (of: BatchState) => unpackedBatch(JSON.parse(JSON.stringify(carriedBatch(odd, of)))).state;
  const empty = { records: byName(), sourceIds: byName(), diskGiB: byName(), jobIds: byName() };
  let state = next(empty as Partial<BatchState> as BatchState);
  for (const [i, name] of oddNames.entries()) {
    const servers = new BatchServers(odd, state.records, state.diskGiB);
    expect(servers.counts).toMatchObject({ waiting: oddNames.length - i, failed: i });
    expect(oddNames.map((one) => servers.phaseOf(one))).toEqual(
      oddNames.map((_, n) => (n < i ? 'failed' : 'waiting')),
    );
    servers.set(name, { phase: 'migrating', round: 1, startedAt: 1, starts: 1 });
    expect(servers.exclusiveUnderWay.get(name)).toBe(1);
    const error = { code: name, message: name, remedy: '' };
    servers.report({ kind: 'ended', server: name, round: 1, result: { outcome: 'failed', error } }, 5);
    state.diskGiB[name] = 80;
    expect(servers.failedByCode.get(name)).toBe(1);
    state = next(state);
  }
  expect(Object.keys(state.records)).toEqual(oddNames);
  expect(Object.keys(state.diskGiB)).toEqual(oddNames);
});

test('a sync takes a running slot while it runs, and from shortly before it is due until it is seen to have ended', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  const hour = 3_600_000;
  const sync = (runs: boolean, dueAt?: number) =>
    servers.report({ kind: 'sync', server: 'web', round: 1, jobId: 'j-1', runs, dueAt }, 0);
  const uses = () => [servers.inUse.running, servers.syncs, servers.syncsDue.size];
  sync(false, hour);
  expect(uses()).toEqual([0, 0, 1]);
  sync(true);
  expect(uses()).toEqual([1, 1, 0]);
  sync(false, 60_000);
  expect(uses()).toEqual([1, 1, 0]);
  sync(false, 2 * hour);
  expect(uses()).toEqual([0, 0, 1]);
  servers.report({ ...stopped, end: 'InError' }, 6);
  expect(uses()).toEqual([0, 0, 0]);
});
