import { holdRules, incremental, inDays, outcomeOf, region, times } from '../an-account';

const base = { regionId: region, sourceId: 's-web' };

const everything = {
  ...incremental,
  systemDiskSize: 80,
  systemDiskParts: [{ device: '0_0', sizeBytes: 2 ** 30, block: false }],
  dataDisks: [{ index: 2, size: 60, parts: [{ device: '2_0', sizeBytes: 2 ** 30, block: true }] }],
  disks: {
    system: { size: 80, lvm: true, parts: [{ path: '/', sizeBytes: 2 ** 30, block: true }] },
    data: [{ diskId: 'd-1', size: 60, parts: [] }],
  },
  name: 'web-01',
  description: 'the_shop',
  imageName: 'shop-image',
  validTime: inDays(20),
  scheduledStartTime: inDays(2),
  netMode: 2 as const,
  vpcId: 'vpc-simulator-a',
  vSwitchId: 'vsw-simulator-a',
  replicationParameters: '{"bandwidth_limit":1000,"compress_level":7}',
  instanceType: 'ecs.c6.large',
  instanceRamRole: 'role',
  licenseType: 'BYOL',
  launchTemplateId: 'lt-1',
  launchTemplateVersion: '2',
  resourceGroupId: 'rg-1',
  jobType: '0',
  tags: [
    { key: 'app', value: 'shop' },
    { key: 'env', value: 'test' },
  ],
};

holdRules('CreateReplicationJob', [
  {
    rule: 'a new job is Ready, and valid for 30 days',
    when: async ({ create, job }) => {
      const { status, progress, creationTime, validTime } = (await job(await create()))!;
      return [status, progress, (Date.parse(validTime!) - Date.parse(creationTime!)) / 86_400_000];
    },
    gives: ['Ready', 0, 30],
  },
  {
    rule: 'every parameter comes back',
    when: async ({ create, job }) => job(await create(everything)),
    gives: expect.objectContaining({ ...everything, targetType: 'Image', tags: everything.tags }),
  },
  {
    rule: 'SystemDiskSize must exceed the used space of the system disk',
    when: ({ create }) =>
      Promise.all([outcomeOf(create({ systemDiskSize: 25 })), outcomeOf(create({ systemDiskSize: 26 }))]),
    gives: ['InvalidParameter.SystemDiskSize', expect.stringMatching(/^j-/)],
  },
  {
    rule: 'SystemDiskSize is required in the 2020 edition',
    account: { newerFields: false },
    when: ({ create }) => create(),
    gives: 'MissingSystemDiskSize',
  },
  {
    rule: 'the same ClientToken and parameters give the same job, and create nothing new',
    when: async ({ create, account }) => {
      const ids = [await create({ clientToken: 'once' }), await create({ clientToken: 'once' })];
      return [new Set(ids).size, account.audit().creates.tookEffect];
    },
    gives: [1, 1],
  },
  {
    rule: 'the same ClientToken with other parameters is refused',
    when: async ({ create }) => {
      await create({ clientToken: 'once' });
      return create({ clientToken: 'once', systemDiskSize: 60 });
    },
    gives: 'IdempotentParameterMismatch',
  },
  {
    rule: 'Name is unique among jobs',
    when: async ({ create }) => {
      await create({ name: 'taken' });
      return create({ name: 'taken', sourceId: 's-app' });
    },
    gives: 'ReplicationJobName.Duplicate',
  },
  {
    rule: 'ImageName that is taken in the region gets the job id appended',
    when: async ({ start, account, job }) => {
      await start({ imageName: 'golden' });
      account.skip(1000);
      const second = await start({ imageName: 'golden', sourceId: 's-app' });
      const third = await start({ imageName: 'golden', sourceId: 's-win', regionId: 'cn-beijing' });
      account.skip(1000);
      return [(await job(second))?.imageName === `golden_${second}`, (await job(third))?.imageName];
    },
    gives: [true, 'golden'],
  },
  {
    rule: 'ContainerImage is for Linux sources only',
    when: ({ create }) =>
      create({
        sourceId: 's-win',
        targetType: 'ContainerImage',
        containerNamespace: 'ns',
        containerRepository: 'web',
      }),
    gives: 'InvalidParameter.TargetType',
  },
  {
    rule: 'ScheduledStartTime is within 30 days, and starts the job',
    when: async ({ create, skipDays, job }) => {
      const refused = [-1, 31].map((days) => outcomeOf(create({ scheduledStartTime: inDays(days) })));
      const codes = await Promise.all(refused);
      const jobId = await create({ scheduledStartTime: inDays(1) });
      // The account's clock began a little before this one.
      skipDays(1.001);
      return [...codes, (await job(jobId))?.status];
    },
    gives: ['InvalidParameter.ScheduledStartTime', 'InvalidParameter.ScheduledStartTime', 'Running'],
  },
  {
    rule: 'ValidTime is 7 to 90 days after creation; then the job is Expired, and gone 7 days later',
    when: async ({ create, skipDays, job }) => {
      const refused = [6, 91].map((days) => outcomeOf(create({ validTime: inDays(days) })));
      const codes = await Promise.all(refused);
      const jobId = await create({ validTime: inDays(8) });
      skipDays(8.1);
      const { status } = (await job(jobId))!;
      skipDays(7);
      return [...codes, status, await job(jobId)];
    },
    gives: ['InvalidParameter.ValidTime', 'InvalidParameter.ValidTime', 'Expired', undefined],
  },
  {
    rule: 'the index of a data disk must exist on the source',
    when: ({ create }) => create({ dataDisks: [{ index: 3, size: 20 }] }),
    gives: 'ReplicationJobDataDiskIndex.Invalid',
  },
  {
    rule: 'Block is true by default',
    when: async ({ create, job }) => {
      const jobId = await create({ systemDiskSize: 40, systemDiskParts: [{ device: '0_0', sizeBytes: 1 }] });
      return (await job(jobId))?.systemDiskParts[0]?.block;
    },
    gives: true,
  },
  {
    rule: "VpcId must be the vSwitch's",
    when: ({ create }) => create({ netMode: 2, vSwitchId: 'vsw-simulator-a', vpcId: 'vpc-simulator-b' }),
    gives: 'VSwitchIdVpcId.Mismatch',
  },
  {
    rule: 'an instance type that is not available refuses the job',
    when: ({ create }) => create({ instanceType: 'large' }),
    gives: 'InvalidInstanceType.NotSupported',
  },
  {
    rule: 'the source must be Available: not offline',
    account: { faults: { sources: [{ source: 'web', offline: true }] } },
    when: ({ create }) => create(),
    gives: 'SourceServerState.Invalid',
  },
  {
    rule: 'one job at most for each source in Ready, Running, Stopped, Waiting, InError or Expired',
    account: { faults: { jobs: [{ source: 'win', fail: { atProgress: 50 } }] } },
    when: async ({ create, start, smc, account, wait, skipDays }) => {
      const again = (sourceId: string) => outcomeOf(create({ sourceId }));
      const jobId = await start();
      const codes = [await again('s-web')];
      account.skip(300);
      await smc.stopReplicationJob({ jobId });
      codes.push(await again('s-web'));
      await wait({ sourceId: 's-app' });
      codes.push(await again('s-app'));
      await start({ sourceId: 's-win' });
      account.skip(900);
      codes.push(await again('s-win'));
      skipDays(31);
      codes.push(await again('s-web'));
      return [...new Set(codes)];
    },
    gives: ['SourceServerState.Invalid'],
  },
  {
    rule: 'a source whose job has finished takes a new one',
    when: async ({ start, account, create }) => {
      await start();
      account.skip(1000);
      return create();
    },
    gives: expect.stringMatching(/^j-/),
  },
  {
    rule: '100 jobs an account by default',
    account: { servers: times(101, (n) => ({ sourceId: `s-${n}`, name: `n-${n}` })) },
    when: async ({ create, account }) => {
      for (let n = 0; n < 100; n++) await create({ sourceId: `s-${n}` });
      return [await outcomeOf(create({ sourceId: 's-100' })), account.audit().jobs.existing];
    },
    gives: ['QuotaExceeded.ReplicationJob', 100],
  },
  {
    rule: 'a source that is not there is refused',
    when: ({ smc }) => smc.createReplicationJob({ ...base, sourceId: 's-none' }),
    gives: 'InvalidSourceId.NotFound',
  },
]);
