import pc from 'picocolors';
import type { Plan } from '../../src/plan';
import {
  type AccountLook,
  lookAtAccount,
  type Preview,
  previewPlan,
  previewText,
  type RunningBatch,
} from '../../src/preview';
import type { SimulatorOptions } from '../../src/simulator';
import { type Account, anAccount, aPlan } from './an-account';

let account: Account | undefined;
afterEach(() => account?.close());

const plain = pc.createColors(false);
const start = async (options: SimulatorOptions = {}) => {
  account = await anAccount(options);
  return account;
};
const preview = (plan: Plan): Promise<Preview> =>
  previewPlan(account!.smc, plan, { pollIntervalSeconds: 30 });
const one = async (plan: Plan) => (await preview(plan)).servers[0]!;
const ourTags = (server: string, batch = 'exit') => [
  { key: 'smc-batch', value: batch },
  { key: 'smc-batch-server', value: server },
];
const aJob = (name: string, more: object = {}) =>
  account!.smc.createReplicationJob({
    regionId: 'cn-hangzhou',
    sourceId: account!.idOf(name),
    systemDiskSize: 40,
    ...more,
  });

test('a server that is ready is created', async () => {
  await start({ servers: [{ name: 'web' }] });
  expect(await one(aPlan({ web: {} }))).toEqual({
    server: 'web',
    wave: 'all',
    sourceId: account!.idOf('web'),
    verdict: 'create',
    notes: [],
  });
  expect(account!.simulator.account.audit().creates.tookEffect).toBe(0);
});

test.each([true, false])(
  'our own live job is adopted, anybody else’s blocks (newer fields: %s)',
  async (newerFields) => {
    await start({ newerFields, servers: [{ name: 'web' }, { name: 'db' }, { name: 'app' }] });
    const { jobId } = await aJob('web', { tags: ourTags('web') });
    const other = await aJob('db');
    await aJob('app', { tags: ourTags('app', 'earlier') });
    const { servers, counts, forecast } = await preview(aPlan({ web: {}, db: {}, app: {} }));
    expect(servers[0]).toMatchObject({ verdict: 'adopt', jobId, status: 'Ready' });
    expect(servers[1]).toMatchObject({
      verdict: 'blocked',
      troubles: [
        {
          code: 'SourceServer.InUse',
          message: expect.stringContaining(`${other.jobId} (Ready), which is not of`),
        },
      ],
    });
    expect(servers[2]).toMatchObject({
      troubles: [{ message: expect.stringContaining('of batch earlier') }],
    });
    expect(counts).toEqual({ create: 0, adopt: 1, skip: 0, blocked: 2, nothing: 0 });
    expect(forecast.peakJobs).toEqual({ existing: 1, running: 1 });
  },
);

test.each([true, false])(
  'our own Finished job is adopted, that of another batch says that its source is done (newer fields: %s)',
  async (newerFields) => {
    await start({ newerFields, jobSeconds: 60, servers: [{ name: 'web' }, { name: 'db' }] });
    const { account: simulated } = account!.simulator;
    const { jobId } = await aJob('web', { tags: ourTags('web') });
    const other = await aJob('db', { tags: ourTags('db', 'earlier') });
    for (const job of [jobId, other.jobId]) await account!.smc.startReplicationJob({ jobId: job });
    simulated.skip(60);
    const { servers, forecast } = await preview(aPlan({ web: {}, db: {} }));
    expect(servers).toMatchObject([
      { verdict: 'adopt', jobId, status: 'Finished' },
      { verdict: 'skip', batch: 'earlier', jobId: other.jobId },
    ]);
    expect(forecast.serverSeconds.web).toBe(0);
  },
);

test('strays are reported, and leave less of the quota', async () => {
  await start({ servers: [{ name: 'web' }, { name: 'old' }, { name: 'gone' }] });
  const moved = await aJob('old', { tags: ourTags('web') });
  const left = await aJob('gone', { tags: ourTags('gone') });
  await account!.smc.startReplicationJob({ jobId: left.jobId });
  const { servers, account: seen, warnings } = await preview(aPlan({ web: {} }));
  expect(servers).toMatchObject([{ verdict: 'create' }]);
  const jobIds = expect.arrayContaining([moved.jobId, left.jobId]);
  expect(seen.jobs.strays).toEqual({ existing: 2, running: 1, jobIds });
  expect(warnings.map(({ code }) => code)).toEqual(['stray-jobs']);
});

test('what apply knows from before is previewed: at work, migrated and removed since, imported again', async () => {
  await start({ servers: [{ name: 'work' }, { name: 'again' }, { name: 'fresh' }] });
  const work = account!.idOf('work');
  const plan = aPlan({ work: {}, gone: {}, again: {}, fresh: {} });
  const earlier = {
    running: [{ server: 'work', sourceId: work }],
    migrations: [
      { server: 'gone', sourceId: 's-gone', image: 'm-1' },
      { server: 'again', sourceId: 's-old', image: 'm-2' },
    ],
  };
  const look = { ...(await lookAtAccount(account!.smc, plan)), earlier };
  const seen = await previewPlan(account!.smc, plan, { pollIntervalSeconds: 30, look });
  expect(seen.servers).toMatchObject([
    { verdict: 'adopt', notes: [{ code: 'under-way' }] },
    { verdict: 'skip', batch: 'exit', image: 'm-1', notes: [{ code: 'source-gone' }] },
    { verdict: 'blocked', troubles: [{ code: 'SourceServer.Replaced' }] },
    { verdict: 'create' },
  ]);
  const text = previewText(seen, plain).join('\n');
  expect(text).toMatch(
    /gone .*skip.* m-1; from source server s-gone; its source server is not in the account/,
  );
  expect(text).toMatch(/work .*adopt.*its workflow is at work/);
});

test('a batch that runs leaves as they are what has failed, was cancelled or skipped in it: the order is named', async () => {
  await start({ servers: ['web', 'db', 'app', 'work', 'next'].map((name) => ({ name })) });
  const plan = aPlan({ web: {}, db: {}, app: {}, work: {}, next: {} });
  const changes = { added: [], removed: [], changed: [], settings: [], refused: [], notes: [] };
  const batch = {
    changes,
    ended: [
      {
        server: 'web',
        phase: 'failed',
        error: { code: 'InternalError', message: 'it broke', remedy: 'Look at it.' },
      },
      { server: 'db', phase: 'cancelled' },
      { server: 'app', phase: 'skipped' },
    ],
  } satisfies RunningBatch;
  const earlier = { running: [{ server: 'work', sourceId: account!.idOf('work') }], migrations: [] };
  const seenWith = async (more: Partial<AccountLook>) => {
    const look = { ...(await lookAtAccount(account!.smc, plan)), earlier, ...more };
    return previewPlan(account!.smc, plan, { pollIntervalSeconds: 30, look });
  };
  const seen = await seenWith({ batch });
  expect(seen.servers).toMatchObject([
    { verdict: 'nothing', phase: 'failed', code: 'InternalError', next: 'smc-batch retry exit web' },
    { verdict: 'nothing', phase: 'cancelled', next: 'smc-batch retry exit db' },
    { verdict: 'nothing', phase: 'skipped' },
    { verdict: 'adopt' },
    { verdict: 'create' },
  ]);
  expect(Object.keys(seen.forecast.serverSeconds)).toEqual(['work', 'next']);
  const text = previewText(seen, plain).join('\n');
  expect(text).toMatch(/db .*nothing .*cancelled in the batch; to migrate it: smc-batch retry exit db/);
  expect(text).toContain("Batch 'exit' runs by this same plan: apply would join it and change nothing.");
  expect(text).toContain('cancelled in it: smc-batch retry exit web db');
  const refusing = await seenWith({
    batch: { ...batch, changes: { ...changes, refused: ["server 'work' …"] } },
  });
  expect(previewText(refusing, plain).join('\n')).toMatch(
    /apply would change nothing: .*\n {2}server 'work' …/,
  );
  // It has ended: apply begins it again.
  expect((await seenWith({})).counts).toMatchObject({ create: 4, nothing: 0 });
});

test('what the ledger has is skipped, even when its source is gone silent', async () => {
  await start({
    servers: [{ name: 'web', tags: { 'smc-batch': 'earlier', 'smc-batch-image': 'm-1' } }],
    faults: { sources: [{ source: 'web', offline: true }] },
  });
  expect(await one(aPlan({ web: {} }))).toMatchObject({ verdict: 'skip', batch: 'earlier', image: 'm-1' });
  expect((await preview(aPlan({ web: {} }))).forecast.totalSeconds).toBe(0);
});

test.each([
  ['a source that is not there', { sourceName: 'nobody' }, 'SourceServer.NotFound', "named 'nobody'"],
  ['an id that is not there', { sourceName: undefined, sourceId: 's-0' }, 'SourceServer.NotFound', 's-0'],
  [
    'a data disk the source has not',
    { job: { dataDisks: [{ index: 2, size: 40 }] } },
    'ReplicationJobDataDiskIndex.Invalid',
    'no data disk 2, only 1',
  ],
  [
    'a VPC without a vSwitch',
    { job: { netMode: 2, vSwitchId: undefined } },
    'InvalidParameter',
    'needs vSwitchId',
  ],
  [
    'a taken image name',
    { job: { imageName: 'taken' } },
    'ImageName.UsedByReplicationJob',
    'image taken already',
  ],
  ['a taken job name', { job: { name: 'job-1' } }, 'ReplicationJobName.Duplicate', 'job-1'],
] as const)('%s blocks', async (_, server, code, message) => {
  await start({
    servers: [{ name: 'web', dataDisks: [{ sizeGiB: 50, usedGiB: 10 }] }, { name: 'other' }],
  });
  await aJob('other', { imageName: 'taken', name: 'job-1' });
  const found = await one(aPlan({ web: server as never }));
  expect(found).toMatchObject({
    verdict: 'blocked',
    troubles: [{ code, message: expect.stringContaining(message), remedy: expect.stringMatching(/\w/) }],
  });
});

test('an image name of another region is free', async () => {
  await start({ servers: [{ name: 'web' }, { name: 'other' }] });
  await aJob('other', { imageName: 'golden', regionId: 'cn-beijing' });
  expect(await one(aPlan({ web: { job: { imageName: 'golden' } } }))).toMatchObject({ verdict: 'create' });
});

test('a source that is offline or in error blocks, with its own words', async () => {
  await start({
    servers: [{ name: 'web' }, { name: 'db' }],
    faults: {
      sources: [
        { source: 'web', offline: true },
        { source: 'db', error: { error_code: 'S1', error_msg: 'rsync is missing' } },
      ],
    },
  });
  const { servers } = await preview(aPlan({ web: {}, db: {} }));
  expect(servers).toMatchObject([
    { troubles: [{ code: 'SourceServer.Offline', remedy: expect.stringContaining('Start the SMC client') }] },
    { troubles: [{ code: 'S1', message: expect.stringContaining('rsync is missing') }] },
  ]);
});

test('Windows makes no container image and stays in mainland China', async () => {
  await start({ servers: [{ name: 'win', os: 'windows' }] });
  const container = {
    targetType: 'ContainerImage',
    containerNamespace: 'n',
    containerRepository: 'r',
  } as const;
  const found = await one(aPlan({ win: { job: { regionId: 'cn-hongkong', ...container } } }));
  expect(found).toMatchObject({
    troubles: [{ message: expect.stringContaining('only a Linux server') }, { code: 'RegionNotForWindows' }],
  });
  for (const [regionId, verdict] of [
    ['cn-wulanchabu', 'create'],
    ['eu-central-1', 'blocked'],
  ] as const)
    expect(await one(aPlan({ win: { job: { regionId } } }))).toMatchObject({ verdict });
});

test('two servers of one source, and who depends on a blocked one, are blocked', async () => {
  await start({ servers: [{ name: 'web' }, { name: 'db' }, { name: 'app' }] });
  const { servers } = await preview(
    aPlan({
      web: {},
      twin: { sourceName: undefined, sourceId: account!.idOf('web') },
      db: { dependsOn: ['twin'] },
      app: { dependsOn: ['db'] },
    }),
  );
  expect(servers.map(({ verdict }) => verdict)).toEqual(['create', 'blocked', 'blocked', 'blocked']);
  expect(servers[3]).toMatchObject({ troubles: [{ message: 'it depends on db, which is blocked' }] });
});

test('a target smaller than the partitions is a warning, because it may work', async () => {
  await start({
    servers: [{ name: 'web', systemDiskGiB: 100, dataDisks: [{ sizeGiB: 200, usedGiB: 5 }] }],
  });
  const plan = aPlan({ web: { job: { systemDiskSize: 80, dataDisks: [{ index: 1, size: 100 }] } } });
  const { servers, warnings, counts } = await preview(plan);
  expect(counts.blocked).toBe(0);
  expect(servers[0]!.notes).toMatchObject([
    { code: 'disk-size', message: expect.stringContaining('systemDiskSize 80 GiB') },
    { code: 'disk-size', message: expect.stringContaining('data disk 1 100 GiB') },
  ]);
  expect(warnings).toMatchObject([{ code: 'disk-size', message: expect.stringContaining('web') }]);
});

const many = (count: number, job: object = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`web-${i + 1}`, { job }]));
const sources = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `web-${i + 1}` }));

test('many jobs without a shared vSwitch are warned of, by region', async () => {
  await start({ servers: sources(12) });
  const codes = async (plan: Plan) => (await preview(plan)).warnings.map(({ code }) => code);
  const unshared = many(12, { vSwitchId: undefined });
  expect(await codes(aPlan(unshared))).toEqual(['vpcs']);
  expect(await codes(aPlan(many(12)))).toEqual([]);
  const narrow = aPlan(unshared);
  narrow.policy.maxConcurrent = 10;
  expect(await codes(narrow)).toEqual(['vpcs']);
  narrow.policy.maxConcurrent = 9;
  expect(await codes(narrow)).toEqual([]);
});

test('jobs of other tools are taken off the quota, in the warning and in the forecast', async () => {
  await start({ servers: sources(12), faults: { foreignJobs: [{ existing: 95, running: 47 }] } });
  const { warnings, forecast, account: inAccount } = await preview(aPlan(many(12)));
  expect(inAccount.jobs).toMatchObject({ others: { existing: 95, running: 47 } });
  expect(warnings.map(({ message }) => message)).toEqual([
    '95 jobs that are not of this batch exist in the account, so 5 of the quota of 100 are left for 12 servers at once',
    '47 jobs that are not of this batch run in the account, so 3 of the quota of 50 are left for 12 servers at once',
  ]);
  expect(forecast.slots).toBe(3);
  expect(forecast.peakJobs.running).toBe(3);
});

test('a window that is too short for any start is reported, with the servers', async () => {
  await start({ servers: [{ name: 'big', systemDiskGiB: 400 }, { name: 'web' }] });
  const waves = [{ name: 'all', overlap: false, window: { from: '22:00', to: '02:00', timezone: 'UTC' } }];
  const { warnings } = await preview(aPlan({ big: { job: { systemDiskSize: 400 } }, web: {} }, { waves }));
  expect(warnings).toMatchObject([
    {
      code: 'window',
      message: expect.stringMatching(/^big of wave all can never fit .*22:00 to 02:00 \(4 h 0 min\)/),
    },
  ]);
});

test('a job that may outlast policy.jobTimeout is reported', async () => {
  await start({ servers: [{ name: 'web' }] });
  const slow = aPlan({ web: { job: { replicationParameters: '{"bandwidth_limit":100}' } } });
  const { warnings } = await preview(slow);
  expect(warnings).toMatchObject([{ code: 'timeout', message: expect.stringContaining('(7 d 0 h)') }]);
});

test('the forecast is near what the simulator takes for the same bytes', async () => {
  // All of the disk is used: SMC does not tell more than the size.
  await start({ servers: [{ name: 'web', systemDiskGiB: 40, usedGiB: 39.9 }] });
  const { forecast } = await preview(aPlan({ web: {} }));
  const { jobId } = await aJob('web');
  await account!.smc.startReplicationJob({ jobId });
  const statusAfter = async (seconds: number) => {
    account!.simulator.account.skip(seconds);
    return (await account!.smc.describeReplicationJobs({ jobIds: [jobId] })).replicationJobs[0]!.status;
  };
  expect(await statusAfter(forecast.totalSeconds * 0.95)).toBe('Running');
  expect(await statusAfter(forecast.totalSeconds * 0.05)).toBe('Finished');
});

test('against a simulator the forecast says so, and its times are those of the simulated account', async () => {
  await start({ servers: [{ name: 'web' }] });
  const { forecast: standing } = await preview(aPlan({ web: {} }));
  await account!.close();
  await start({ servers: [{ name: 'web' }], speed: 600 });
  const running = await preview(aPlan({ web: {} }));
  expect([standing.simulatedSpeed, running.forecast.simulatedSpeed]).toEqual([0, 600]);
  expect(running.forecast.totalSeconds).toBeCloseTo(standing.totalSeconds / 600, 0);
  const text = previewText(running, plain).join('\n');
  expect(text).toContain('its time runs 600 times as fast');
  // A report of the same batch counts the hours of this machine.
  expect(running.costs.instanceHours).toBe(Math.round((running.forecast.totalSeconds / 3_600) * 100) / 100);
  expect(text).toMatch(/a real account takes about 600 times as long, [\d.]+ instance-hours/);
});

test('the text has every server that is not plain, remedies, warnings and the forecast', async () => {
  await start({
    servers: [...sources(150), { name: 'off' }],
    faults: { sources: [{ source: 'off', offline: true }] },
  });
  const text = previewText(await preview(aPlan({ ...many(150), off: {} })), plain).join('\n');
  expect(text).toContain('… and 150 more to create');
  expect(text).toContain('exit: 150 to create, 1 blocked of 151 servers');
  expect(text).toMatch(/off SourceServer\.Offline: .* is Unavailable.*\n {2}Start the SMC client/);
  expect(text).toMatch(/ {2}all +150 servers +\d+ h \d+ min\n {2}in total +150 servers/);
  expect(text).toMatch(
    / {2}If started now, done about .*\n {2}What bounds it: policy\.maxConcurrent \(50\) and account\.quota\.running \(50\)\.\n {2}With policy\.maxConcurrent 100 and account\.quota\.running 100: done about /,
  );
  expect(text).toContain(
    'up to 50 at once; at most 50 jobs run, and 50 exist, not counting those being deleted; about',
  );
});
