import { carriedBatch, unpackedBatch } from '../../../workflows/batch/carry/carried-batch';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { batchOf, endUntouched, waitAgain } from '../../../workflows/batch/state';
import { takeReport } from '../../../workflows/batch/take-report';
import { serverView } from '../../../workflows/batch/views/server-view';
import type { ServerReport } from '../../../workflows/contract/server-messages';
import { aBatch, aPlan, aServer } from './a-batch';

const plan = aPlan(['db', 'web', 'app'], { stopAfterSameError: 2 });

/** A batch whose `web` is under way: its job is being created or runs. */
function underWay() {
  const batch = aBatch(plan, { web: { phase: 'migrating', round: 1, startedAt: 1, starts: 1 } });
  const { index, state } = batch;
  return {
    index,
    report: (report: ServerReport, now: number) => takeReport(batch, report, now),
    set: (name: string, record: ServerRecord) => index.set(name, record),
    records: state.servers,
    phaseOf: (name: string) => index.phaseOf(name),
    shown: () => serverView(batch, 'web', 0),
  };
}
const stopped = { kind: 'stoppedRunning', server: 'web', round: 1, jobId: 'j-1', start: 1 } as const;

test('a server whose job is broken off counts the starts its job had, not those it might have had', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Stopped', neverStarted: false }, 5);
  servers.report({ kind: 'ended', server: 'web', round: 1, result: { outcome: 'cancelled' } }, 6);
  expect(servers.shown()).toMatchObject({ phase: 'cancelled', starts: 1, stoppedRunningAt: 5, endedAt: 6 });
});

test('a job that was created and never started has no start', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Unknown', neverStarted: true }, 5);
  expect(servers.index.inUse).toEqual({ existing: 1, running: 0 });
  servers.report({ kind: 'ended', server: 'web', round: 1, result: { outcome: 'cancelled' } }, 6);
  expect(servers.shown().starts).toBe(0);
});

test('a start that was refused and is reported twice does not take the slot of the next one', () => {
  const servers = underWay();
  const refused: ServerReport = {
    ...{ ...stopped, end: 'NotStarted', costsNoAttempt: true, slotRequest: 0 },
    startsAgainInSeconds: 1,
  };
  servers.report(refused, 5);
  servers.report({ kind: 'wantsSlot', server: 'web', round: 1, slotRequest: 1, jobId: 'j-1' }, 6);
  servers.set('web', {
    ...servers.records.web!,
    phase: 'migrating',
    starts: 1,
    grantedRequest: 1,
  } as ServerRecord);
  servers.report(refused, 7);
  expect(servers.phaseOf('web')).toBe('migrating');
  // The next one is refused, too.
  servers.report({ ...refused, slotRequest: 1 }, 8);
  expect(servers.phaseOf('web')).toBe('recovering');
});

test('a report that comes twice, or from an earlier round, changes nothing', () => {
  const servers = underWay();
  const broken: ServerReport = { ...stopped, end: 'InError', startsAgainInSeconds: 1 };
  servers.report(broken, 5);
  servers.set('web', { ...servers.records.web!, phase: 'migrating', starts: 2 });
  servers.report(broken, 6);
  servers.report({ ...broken, start: 2, round: 0 }, 7);
  expect(servers.shown()).toMatchObject({ phase: 'migrating', starts: 2 });
});

test('a request for a slot that comes after its grant does not take the slot away again', () => {
  const servers = underWay();
  const wantsSlot: ServerReport = {
    kind: 'wantsSlot',
    server: 'web',
    round: 1,
    slotRequest: 1,
    jobId: 'j-1',
  };
  servers.report(wantsSlot, 5);
  const { phase, slotRequest, ...kept } = servers.records.web as ServerRecord & { phase: 'queued' };
  servers.set('web', { ...kept, phase: 'migrating', grantedRequest: slotRequest });
  servers.report(wantsSlot, 6);
  expect([phase, servers.phaseOf('web')]).toEqual(['queued', 'migrating']);
  servers.report({ ...wantsSlot, slotRequest: 2 }, 7);
  expect(servers.phaseOf('web')).toBe('queued');
});

test('a synced job that broke is no longer synced, and asks for a restart, not for its cut-over', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  expect(servers.phaseOf('web')).toBe('synced');
  servers.report({ ...stopped, end: 'InError', startsAgainInSeconds: 1 }, 6);
  expect(servers.phaseOf('web')).toBe('recovering');
  servers.report(
    { kind: 'wantsSlot', server: 'web', round: 1, slotRequest: 1, jobId: 'j-1', isCutOver: false },
    6,
  );
  expect(servers.index.hasRestarts).toBe(true);
});

test('a failure that follows from another one counts for its wave, and not as one more of its kind', () => {
  const servers = underWay();
  const error = { code: 'DependencyFailed', message: '', remedy: '' };
  servers.set('web', { phase: 'failed', round: 1, error, isConsequence: true });
  expect([servers.index.waves[0]!.failing, servers.index.failedByCode.size]).toEqual([1, 0]);
  servers.set('app', { phase: 'failed', round: 1, error });
  expect([servers.index.waves[0]!.failing, servers.index.failedByCode.get('DependencyFailed')]).toEqual([
    2, 1,
  ]);
});

test('a last sync asked for is no new try, and what only the batch needs of a record is not shown', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  expect(servers.phaseOf('web')).toBe('synced');
  servers.report({ kind: 'wantsSlot', server: 'web', round: 1, slotRequest: 1, jobId: 'j-1' }, 6);
  expect(servers.records.web).toMatchObject({ phase: 'queued', isCutOver: true });
  for (const own of ['slotRequest', 'isCutOver', 'grantedRequest'])
    expect(servers.shown()).not.toHaveProperty(own);
  expect(servers.index.hasRestarts).toBe(false);
});

test('jobs of an earlier batch hold their slots before they are adopted', () => {
  const { index } = aBatch(plan, {
    web: { phase: 'waiting', round: 0, jobId: 'j-1', jobRuns: true },
    app: { phase: 'waiting', round: 0, jobId: 'j-2' },
  });
  expect(index.inUse).toEqual({ existing: 2, running: 1 });
  expect([[...index.runningWithoutWorkflow], index.waitingWithJob, index.counts.waiting]).toEqual([
    ['web'],
    2,
    3,
  ]);
  index.set('web', { phase: 'migrating', round: 1, starts: 1 });
  expect([index.inUse, index.runningWithoutWorkflow.size]).toEqual([{ existing: 2, running: 1 }, 0]);
});

test('a kept job keeps its slot when its server is retried, skipped or cancelled', () => {
  const error = { code: 'InternalError', message: '', remedy: '' };
  const leftover = { jobId: 'j-1', why: 'keptByPolicy' } as const;
  const failed = { phase: 'failed', round: 1, error, jobId: 'j-1', leftover } as const;
  const batch = aBatch(plan, { web: failed });
  const { index } = batch;
  waitAgain(batch, 'web');
  expect(index.record('web')).toEqual({ phase: 'waiting', round: 1, jobId: 'j-1' });
  expect([index.inUse, index.leftovers]).toEqual([{ existing: 1, running: 0 }, 0]);
  endUntouched(batch, 'web', { phase: 'cancelled' }, 5);
  expect(index.record('web')).toMatchObject({ leftover: { jobId: 'j-1', why: 'notTakenUp' } });
  index.set('web', failed);
  endUntouched(batch, 'web', { phase: 'skipped', note: 'by hand' }, 5);
  expect(index.record('web')).toMatchObject({ jobId: 'j-1', leftover });
  expect([index.inUse, index.leftovers]).toEqual([{ existing: 1, running: 0 }, 1]);
});

test('strays keep their slots until they are gone', () => {
  const strays = {
    jobs: [{ jobId: 'j-8', runs: true as const }, { jobId: 'j-9' }],
    missing: [],
    journaled: [],
  };
  const web = { phase: 'migrating', round: 1, starts: 1 } as const;
  const { index } = aBatch(plan, { web }, { strays: { ...strays, pollIntervalSeconds: 30, polls: 2 } });
  expect(index.inUse).toEqual({ existing: 3, running: 2 });
  index.setStrays([{}]);
  expect([index.inUse, index.strays]).toEqual([
    { existing: 2, running: 1 },
    { existing: 1, running: 0 },
  ]);
});

const oddNames = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

test('a server, wave, group or error code may have any name: its counts are its own, also when the state has been JSON', () => {
  const odd = aPlan(
    oddNames.map((name) => aServer(name, { wave: name, exclusive: name })),
    { waves: oddNames.map((name) => ({ name })) },
  );
  let { state } = aBatch(odd);
  for (const [i, name] of oddNames.entries()) {
    state = unpackedBatch(JSON.parse(JSON.stringify(carriedBatch(state))));
    const batch = batchOf(state);
    const { index } = batch;
    expect(index.counts).toMatchObject({ waiting: oddNames.length - i, failed: i });
    expect(oddNames.map((one) => index.phaseOf(one))).toEqual(
      oddNames.map((_, n) => (n < i ? 'failed' : 'waiting')),
    );
    index.set(name, { phase: 'migrating', round: 1, startedAt: 1, starts: 1, diskGiB: 80 });
    expect(index.groupsHeld.get(name)).toBe(1);
    const error = { code: name, message: name, remedy: '' };
    takeReport(batch, { kind: 'ended', server: name, round: 1, result: { outcome: 'failed', error } }, 5);
    expect(index.failedByCode.get(name)).toBe(1);
  }
  expect(Object.keys(state.servers)).toEqual(oddNames);
  expect(Object.values(state.servers).map(({ diskGiB }) => diskGiB)).toEqual(oddNames.map(() => 80));
});

test('a sync takes a running slot while it runs, and from shortly before it is due until it is seen to have ended', () => {
  const servers = underWay();
  servers.report({ ...stopped, end: 'Waiting' }, 5);
  const hour = 3_600_000;
  const sync = (runs: boolean, dueAt?: number) =>
    servers.report({ kind: 'sync', server: 'web', round: 1, jobId: 'j-1', runs, dueAt }, 0);
  const uses = () => [servers.index.inUse.running, servers.index.syncs, servers.index.syncsDue.size];
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
