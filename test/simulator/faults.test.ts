import { type Faults, readFaults } from '../../src/simulator';
import type { CallFault } from '../../src/simulator/faults/faults';
import { canonicalQuery } from '../../src/smc';
import { aJob, aRunningJob, aSimulator, call, closeAll, described, send, signed, sourceId } from './harness';

afterEach(closeAll);

const create = (simulator: Awaited<ReturnType<typeof aSimulator>>) =>
  send(simulator.endpoint, {
    path: `/?${canonicalQuery(
      signed('GET', {
        Action: 'CreateReplicationJob',
        RegionId: 'cn-hangzhou',
        SourceId: sourceId(simulator),
        SystemDiskSize: '40',
      }),
    )}`,
  });
const onCreate = (fault: object): Faults => ({ calls: [{ operation: 'CreateReplicationJob', ...fault }] });

describe('a call can go wrong', () => {
  test.each<
    [string, Partial<CallFault>, { status?: number; code?: string; type?: string; fails?: string }, number]
  >([
    [
      'with an API error',
      { error: { code: 'InternalError', message: 'x' } },
      { status: 500, code: 'InternalError' },
      0,
    ],
    [
      'with an error after it took effect',
      { error: { code: 'InternalError', message: 'x' }, afterEffect: true },
      { status: 500, code: 'InternalError' },
      1,
    ],
    ['with an HTTP status alone', { emptyStatus: 502 }, { status: 502 }, 0],
    ['by a reset before it took effect', { reset: 'before' }, { fails: 'ECONNRESET' }, 0],
    ['by a reset after it took effect', { reset: 'after' }, { fails: 'ECONNRESET' }, 1],
    ['by half an answer', { body: 'truncated' }, { fails: 'aborted' }, 1],
    ['by a page of a proxy', { body: 'html' }, { status: 200, type: 'text/html' }, 1],
  ])('%s', async (_, fault, { status, code, type, fails }, tookEffect) => {
    const simulator = await aSimulator({ faults: onCreate(fault) });
    const answer = create(simulator);
    if (fails) {
      await expect(answer).rejects.toThrow(new RegExp(`${fails}|socket hang up`));
    } else {
      const { status: seen, body, type: seenType } = await answer;
      expect(seen).toBe(status);
      if (code) expect(JSON.parse(body).Code).toBe(code);
      if (type) expect(seenType).toBe(type);
    }
    expect(simulator.account.audit().creates).toMatchObject({ calls: 1, tookEffect });
  });

  test.each<[string, object, string]>([
    ['at the n-th', { nth: 3 }, '..x.....'],
    ['at every n-th', { every: 3 }, '..x..x..'],
    ['between two of them', { between: [2, 4] }, '.xxx....'],
    ['so many times', { times: 2 }, 'xx......'],
    ['of another operation never', { operation: 'StopReplicationJob' }, '........'],
    ['of another source never', { sourceId: 's-other' }, '........'],
  ])('%s', async (_, when, expected) => {
    const error = { code: 'ServiceUnavailable' };
    const simulator = await aSimulator({ faults: { calls: [{ error, ...when }] } });
    let seen = '';
    for (let i = 0; i < 8; i++) seen += (await call(simulator, 'DescribeSourceServers')).Code ? 'x' : '.';
    expect(seen).toBe(expected);
  });

  test('by chance, the same for the same seed', async () => {
    const story = async (seed: number) => {
      const faults: Faults = { calls: [{ probability: 0.5, error: { code: 'Throttling' } }] };
      const simulator = await aSimulator({ faults, seed });
      let seen = '';
      for (let i = 0; i < 40; i++) seen += (await call(simulator, 'DescribeSourceServers')).Code ? 'x' : '.';
      return seen;
    };
    const first = await story(1);
    expect(first).toMatch(/x.*\.|\..*x/);
    expect(await story(1)).toBe(first);
    expect(await story(2)).not.toBe(first);
  });

  test('beyond a rate, and late', async () => {
    const simulator = await aSimulator({
      faults: { calls: [{ throttle: { perSecond: 2 } }, { latencyMs: 20 }] },
    });
    const began = performance.now();
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await call(simulator, 'DescribeSourceServers')).Code);
    expect(codes).toEqual([undefined, undefined, 'Throttling.User', 'Throttling.User']);
    expect(performance.now() - began).toBeGreaterThan(75);
  });
});

describe('a job can go wrong', () => {
  test('in its first runs, and resumes where it broke', async () => {
    const faults: Faults = {
      jobs: [
        { source: 'web-01', runs: 2, fail: { atProgress: 46, errorCode: 'Rsync.Broken', statusInfo: 'why' } },
      ],
    };
    const simulator = await aSimulator({ faults, jobSeconds: 1000 });
    const jobId = await aRunningJob(simulator);
    simulator.account.skip(399);
    expect((await described(simulator, jobId)).Status).toBe('Running');
    simulator.account.skip(2);
    expect(await described(simulator, jobId)).toMatchObject({
      Status: 'InError',
      Progress: 46,
      ErrorCode: 'Rsync.Broken',
      StatusInfo: 'why',
      TransitionInstanceId: expect.stringMatching(/^i-/),
    });
    for (const status of ['InError', 'Finished']) {
      expect((await call(simulator, 'StartReplicationJob', { JobId: jobId })).Code).toBeUndefined();
      expect((await described(simulator, jobId)).ErrorCode).toBeUndefined();
      simulator.account.skip(1000);
      expect((await described(simulator, jobId)).Status).toBe(status);
    }
  });

  test('by standing still, for a while or for good', async () => {
    const stall = (seconds?: number) => ({ stall: { atProgress: 46, seconds } });
    const faults: Faults = {
      jobs: [
        { source: 'web-01', ...stall(500) },
        { source: 'web-02', ...stall() },
      ],
    };
    const simulator = await aSimulator({ faults, jobSeconds: 1000 });
    const [first, second] = [await aRunningJob(simulator), await aRunningJob(simulator, {}, 'web-02')];
    simulator.account.skip(890);
    expect((await described(simulator, first)).Progress).toBe(46);
    simulator.account.skip(611);
    expect((await described(simulator, first)).Status).toBe('Finished');
    expect(await described(simulator, second)).toMatchObject({
      Status: 'Running',
      BusinessStatus: 'Syncing',
      Progress: 46,
    });
    expect((await call(simulator, 'StopReplicationJob', { JobId: second })).Code).toBeUndefined();
  });

  test('by taking longer', async () => {
    const simulator = await aSimulator({ faults: { jobs: [{ source: '*', slower: 3 }] }, jobSeconds: 100 });
    const jobId = await aRunningJob(simulator);
    simulator.account.skip(299);
    expect((await described(simulator, jobId)).Status).toBe('Running');
    simulator.account.skip(2);
    expect((await described(simulator, jobId)).Status).toBe('Finished');
  });
});

describe('a source can be lost', () => {
  const sourceOf = async (simulator: Awaited<ReturnType<typeof aSimulator>>) =>
    (await call(simulator, 'DescribeSourceServers', { Name: 'web-01' })).SourceServers.SourceServer[0];

  test('from the start, or in error', async () => {
    const offline = await aSimulator({ faults: { sources: [{ source: 'web-01', offline: true }] } });
    expect(await sourceOf(offline)).toMatchObject({
      State: 'Unavailable',
      ErrorCode: 'SourceServer.Offline',
    });
    await expect(aJob(offline)).rejects.toThrow('SourceServerState.Invalid');
    const broken = await aSimulator({ faults: { sources: [{ source: '*', error: {} }] } });
    expect((await sourceOf(broken)).State).toBe('Unavailable');
    expect(JSON.parse((await sourceOf(broken)).StatusInfo)).toMatchObject({ error_code: 'S1' });
  });

  test('while its job syncs, which breaks the job, and is back later', async () => {
    const faults: Faults = {
      sources: [{ source: 'web-01', offline: [{ fromSeconds: 100, toSeconds: 200 }] }],
    };
    const simulator = await aSimulator({ faults, jobSeconds: 1000 });
    const jobId = await aRunningJob(simulator);
    const start = () => call(simulator, 'StartReplicationJob', { JobId: jobId });
    simulator.account.skip(150);
    expect(await described(simulator, jobId)).toMatchObject({
      Status: 'InError',
      ErrorCode: 'SourceServer.Offline',
    });
    expect((await start()).Code).toBe('SourceServerState.Invalid');
    simulator.account.skip(50);
    expect((await start()).Code).toBeUndefined();
  });
});

test("other tools' jobs come and go, use the quota up, and never more than it", async () => {
  const faults: Faults = {
    foreignJobs: [
      { existing: 3, running: 2 },
      { atSeconds: 100, existing: 99, running: 50 },
      { atSeconds: 200, existing: 0 },
    ],
  };
  const simulator = await aSimulator({ faults, jobsQuota: 5, runningQuota: 3 });
  await aRunningJob(simulator);
  const second = await aJob(simulator, {}, 'web-02');
  expect((await call(simulator, 'StartReplicationJob', { JobId: second })).Code).toBe(
    'QuotaExceeded.RunningReplicationJob',
  );
  expect((await call(simulator, 'DescribeReplicationJobs', { Status: 'Running' })).TotalCount).toBe(3);
  simulator.account.skip(150);
  expect(simulator.account.audit().jobs).toMatchObject({
    existing: 5,
    running: 3,
    foreign: { existing: 3, running: 2 },
  });
  simulator.account.skip(100);
  expect(simulator.account.audit().jobs).toMatchObject({
    existing: 2,
    running: 1,
    foreign: { existing: 0, running: 0 },
  });
  expect((await call(simulator, 'StartReplicationJob', { JobId: second })).Code).toBeUndefined();
});

describe('faults that break a rule', () => {
  test('are reported all at once, each with its place', () => {
    const read = readFaults({
      calls: [{ nth: 0, reset: 'before' }, { nth: 1, every: 2, emptyStatus: 500 }, {}],
      jobs: [{ source: 'web-01' }],
      surces: [],
    });
    expect(read).toEqual({
      problems: [
        expect.stringMatching(/^calls\.0\.nth: /),
        expect.stringMatching(/^calls\.1: at most one of/),
        expect.stringMatching(/^calls\.2: exactly one of/),
        expect.stringMatching(/^jobs\.0: one of fail/),
        expect.stringMatching(/^faults: .*surces/),
      ],
    });
  });

  test('are refused on the admin route, and good ones replace what was there', async () => {
    const { endpoint, account } = await aSimulator({ faults: onCreate({ emptyStatus: 500 }) });
    const post = (value: unknown, type = 'application/json') =>
      send(endpoint, {
        method: 'POST',
        path: '/__faults',
        headers: { 'content-type': type },
        body: JSON.stringify(value),
      });
    expect((await post({ calls: [{}] })).status).toBe(400);
    expect((await post({}, 'text/plain')).status).toBe(415);
    expect(account.faultEngine.faults.calls).toHaveLength(1);
    expect((await post({ foreignJobs: [{ existing: 2 }] })).status).toBe(200);
    expect(account.faultEngine.faults.calls).toHaveLength(0);
    expect(JSON.parse((await send(endpoint, { path: '/__audit' })).body).jobs.foreign.existing).toBe(2);
  });
});
