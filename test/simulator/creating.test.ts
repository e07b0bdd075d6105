import type { WireParams } from '../../src/smc';
import { aJob, aRunningJob, aSimulator, call, closeAll, described, sourceId } from './harness';

afterEach(closeAll);

const servers = [
  { name: 'web-01', systemDiskGiB: 40, usedGiB: 30, dataDisks: [{ sizeGiB: 100, usedGiB: 20 }] },
  { name: 'win-01', os: 'windows' as const },
];
const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;

async function refusalOf(params: WireParams, source = 'web-01'): Promise<string | undefined> {
  const simulator = await aSimulator({ servers });
  const answer = await call(simulator, 'CreateReplicationJob', {
    RegionId: 'cn-hangzhou',
    SourceId: sourceId(simulator, source),
    SystemDiskSize: '40',
    ...params,
  });
  return answer.Code;
}

const disk = (n: number, index: number, size: number): WireParams => ({
  [`DataDisk.${n}.Index`]: String(index),
  [`DataDisk.${n}.Size`]: String(size),
});
const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`Tag.${i + 1}.Key`, `key-${i}`]));

describe('a replication job is refused', () => {
  test.each<[string, WireParams, string]>([
    ['without a region', { RegionId: '' }, 'MissingRegionId'],
    ['without a source', { SourceId: '' }, 'MissingSourceId'],
    ['for a source that is not there', { SourceId: 's-nowhere' }, 'InvalidSourceId.NotFound'],
    ['with a system disk under 20 GiB', { SystemDiskSize: '19' }, 'InvalidParameter.SystemDiskSize'],
    ['with a system disk over 2048 GiB', { SystemDiskSize: '2049' }, 'InvalidParameter.SystemDiskSize'],
    [
      'with a system disk no larger than what is used',
      { SystemDiskSize: '30' },
      'InvalidParameter.SystemDiskSize',
    ],
    ['with a size that is no number', { SystemDiskSize: 'large' }, 'InvalidParameter.SystemDiskSize'],
    ['with a name that begins with a digit', { Name: '1web' }, 'InvalidParameter.Name'],
    ['with a name of one letter', { Name: 'w' }, 'InvalidParameter.Name'],
    ['with a name of 129 letters', { Name: 'w'.repeat(129) }, 'InvalidParameter.Name'],
    ['with a name that is an address', { Name: 'http://web' }, 'InvalidParameter.Name'],
    ['with blanks in its description', { Description: 'a web server' }, 'InvalidParameter.Description'],
    [
      'with a client token over 64 characters',
      { ClientToken: 't'.repeat(65) },
      'InvalidParameter.ClientToken',
    ],
    ['with a client token that is not ASCII', { ClientToken: 'tökén' }, 'InvalidParameter.ClientToken'],
    ['with a target that is none', { TargetType: 'Tape' }, 'InvalidParameter.TargetType'],
    ['for an instance that is not named', { TargetType: 'instance' }, 'MissingInstanceId'],
    ['for a container without a namespace', { TargetType: 'ContainerImage' }, 'MissingContainerNamespace'],
    ['to start in the past', { ScheduledStartTime: inDays(-1) }, 'InvalidParameter.ScheduledStartTime'],
    ['to start in 31 days', { ScheduledStartTime: inDays(31) }, 'InvalidParameter.ScheduledStartTime'],
    [
      'to start at a time that is none',
      { ScheduledStartTime: 'soon' },
      'InvalidParameter.ScheduledStartTime',
    ],
    ['valid for 6 days', { ValidTime: inDays(6) }, 'InvalidParameter.ValidTime'],
    ['valid for 91 days', { ValidTime: inDays(91) }, 'InvalidParameter.ValidTime'],
    ['with a data disk the source has not', disk(1, 2, 100), 'ReplicationJobDataDiskIndex.Invalid'],
    ['with a data disk twice', { ...disk(1, 1, 100), ...disk(2, 1, 50) }, 'DataDisk.DuplicateIndex'],
    ['with a data disk without a size', { 'DataDisk.1.Index': '1' }, 'MissingDataDisk.1.Size'],
    ['with a data disk under 20 GiB', disk(1, 1, 19), 'InvalidParameter.DataDisk.Size'],
    ['with a data disk index over 16', disk(1, 17, 20), 'InvalidParameter.DataDisk.Index'],
    [
      'with a partition without a size',
      { 'SystemDiskPart.1.Device': '0_0' },
      'InvalidParameter.SystemDiskPart',
    ],
    [
      'with partitions larger than the system disk',
      { 'SystemDiskPart.1.Device': '0_0', 'SystemDiskPart.1.SizeBytes': String(41 * 2 ** 30) },
      'InvalidParameter.SystemDiskPart',
    ],
    ['with 21 tags', tags(21), 'NumberExceed.Tags'],
    ['with a tag key of the cloud', { 'Tag.1.Key': 'acs:mine' }, 'InvalidParameter.TagKey'],
    [
      'with a tag value of 129 letters',
      { 'Tag.1.Key': 'a', 'Tag.1.Value': 'v'.repeat(129) },
      'InvalidParameter.TagValue',
    ],
    ['with network mode 1', { NetMode: '1' }, 'InvalidParameter.NetMode'],
    ['over a VPC without a vSwitch', { NetMode: '2' }, 'MissingVSwitchId'],
    [
      "with another VPC than the vSwitch's",
      { NetMode: '2', VSwitchId: 'vsw-simulator-a', VpcId: 'vpc-simulator-b' },
      'VSwitchIdVpcId.Mismatch',
    ],
    ['with a vSwitch that is none', { NetMode: '2', VSwitchId: 'switch' }, 'VSwitchIdVpcId.Mismatch'],
    [
      'with parameters that are no JSON',
      { ReplicationParameters: '{' },
      'InvalidParameter.ReplicationParameters',
    ],
    ['incremental without a frequency', { RunOnce: 'false' }, 'MissingFrequency'],
    [
      'incremental without a number of images',
      { RunOnce: 'false', Frequency: '1' },
      'MissingMaxNumberOfImageToKeep',
    ],
    ['every 169 hours', { RunOnce: 'false', Frequency: '169' }, 'InvalidParameter.Frequency'],
    ['with RunOnce neither true nor false', { RunOnce: 'maybe' }, 'InvalidParameter.RunOnce'],
    ['on an instance type that is none', { InstanceType: 'large' }, 'InvalidInstanceType.NotSupported'],
  ])('%s', async (_, params, code) => {
    expect(await refusalOf(params)).toBe(code);
  });

  test('as a container image of a Windows source', async () => {
    const params = { TargetType: 'ContainerImage', ContainerNamespace: 'ns', ContainerRepository: 'web' };
    expect(await refusalOf(params, 'win-01')).toBe('InvalidParameter.TargetType');
    expect(await refusalOf(params)).toBeUndefined();
  });

  test('while its source has a live job, until that is deleted', async () => {
    const simulator = await aSimulator();
    const jobId = await aJob(simulator);
    await expect(aJob(simulator)).rejects.toThrow('SourceServerState.Invalid');
    await call(simulator, 'DeleteReplicationJob', { JobId: jobId });
    await expect(aJob(simulator)).resolves.toMatch(/^j-/);
  });

  test('under a name that another job has', async () => {
    const simulator = await aSimulator();
    await aJob(simulator, { Name: 'web' });
    await expect(aJob(simulator, { Name: 'web' }, 'web-02')).rejects.toThrow('ReplicationJobName.Duplicate');
  });

  test('beyond the quota of jobs, which counts those being deleted too', async () => {
    const simulator = await aSimulator({ jobsQuota: 1 });
    const jobId = await aJob(simulator);
    await expect(aJob(simulator, {}, 'web-02')).rejects.toThrow('QuotaExceeded.ReplicationJob');
    await call(simulator, 'DeleteReplicationJob', { JobId: jobId });
    await expect(aJob(simulator, {}, 'web-02')).rejects.toThrow('QuotaExceeded.ReplicationJob');
    simulator.account.skip(5);
    await aJob(simulator, {}, 'web-02');
    expect(simulator.account.audit()).toMatchObject({
      jobs: { peakExisting: 1 },
      quota: { refusedCreates: 2 },
    });
  });
});

describe('a client token', () => {
  test('gives the same job again, whatever has become of it, and makes nothing new', async () => {
    const simulator = await aSimulator({ jobsQuota: 1 });
    const jobId = await aJob(simulator, { ClientToken: 'once' });
    expect(await aJob(simulator, { ClientToken: 'once' })).toBe(jobId);
    await call(simulator, 'DeleteReplicationJob', { JobId: jobId });
    simulator.account.skip(60);
    expect(await aJob(simulator, { ClientToken: 'once' })).toBe(jobId);
    expect(await described(simulator, jobId)).toBeUndefined();
    expect(simulator.account.audit().creates).toMatchObject({ calls: 3, tookEffect: 1 });
  });

  test('is refused with other parameters', async () => {
    const simulator = await aSimulator();
    await aJob(simulator, { ClientToken: 'once' });
    await expect(aJob(simulator, { ClientToken: 'once' }, 'web-02')).rejects.toThrow(
      'IdempotentParameterMismatch',
    );
  });
});

test('a job is described with everything it was created with', async () => {
  const simulator = await aSimulator({ servers });
  const jobId = await aJob(simulator, {
    ...disk(1, 1, 100),
    Name: 'web:01',
    Description: 'über-web',
    ImageName: 'web-image',
    TargetType: 'image',
    NetMode: '2',
    VSwitchId: 'vsw-simulator-a',
    VpcId: 'vpc-simulator-a',
    ReplicationParameters: '{"bandwidth_limit":1000}',
    RunOnce: 'false',
    Frequency: '12',
    MaxNumberOfImageToKeep: '3',
    InstanceType: 'ecs.c6.large',
    LicenseType: 'BYOL',
    'DataDisk.1.Part.1.Device': '1_0',
    'DataDisk.1.Part.1.SizeBytes': String(50 * 2 ** 30),
    'Tag.1.Key': 'app',
    'Tag.1.Value': '',
  });
  expect(await described(simulator, jobId)).toMatchObject({
    Status: 'Ready',
    Progress: 0,
    Name: 'web:01',
    Description: 'über-web',
    ImageName: 'web-image',
    TargetType: 'Image',
    NetMode: 2,
    VpcId: 'vpc-simulator-a',
    RunOnce: false,
    Frequency: 12,
    MaxNumberOfImageToKeep: 3,
    InstanceType: 'ecs.c6.large',
    LicenseType: 'BYOL',
    DataDisks: {
      DataDisk: [
        { Index: 1, Size: 100, Parts: { Part: [{ Device: '1_0', SizeBytes: 50 * 2 ** 30, Block: true }] } },
      ],
    },
    Tags: { Tag: [{ Key: 'app', Value: '' }] },
  });
});

test('an image name that is taken in the region gets the job id appended', async () => {
  const simulator = await aSimulator({ jobSeconds: 0 });
  const first = await aRunningJob(simulator, { ImageName: 'golden' });
  const second = await aRunningJob(simulator, { ImageName: 'golden' }, 'web-02');
  expect((await described(simulator, first)).ImageName).toBe('golden');
  expect((await described(simulator, second)).ImageName).toBe(`golden_${second}`);
});

test('an account of the 2020 reference edition answers without the newer fields', async () => {
  const simulator = await aSimulator({ newerFields: false });
  const jobId = await aJob(simulator, { 'Tag.1.Key': 'app' });
  const job = await described(simulator, jobId);
  expect(job).not.toHaveProperty('Tags');
  await expect(aJob(simulator, { SystemDiskSize: '' }, 'web-02')).rejects.toThrow('MissingSystemDiskSize');
});

describe('after its creation a job can be changed', () => {
  test.each<
    [
      string,
      (simulator: Awaited<ReturnType<typeof aSimulator>>) => Promise<string>,
      WireParams,
      string | undefined,
    ]
  >([
    [
      'in everything before its first run',
      (s) => aJob(s),
      { SystemDiskSize: '60', ImageName: 'other' },
      undefined,
    ],
    ['in its name while it runs', (s) => aRunningJob(s), { Name: 'renamed' }, undefined],
    ['in its valid time while it runs', (s) => aRunningJob(s), { ValidTime: inDays(20) }, undefined],
    [
      'not in its disk while it runs',
      (s) => aRunningJob(s),
      { SystemDiskSize: '60' },
      'ReplicationJob.InvalidStatus',
    ],
    [
      'not in its frequency while it runs',
      (s) => aRunningJob(s),
      { Frequency: '2' },
      'ReplicationJob.InvalidStatus',
    ],
    [
      'not to the name of another',
      async (s) => (await aJob(s, { Name: 'taken' }, 'web-02')) && aJob(s),
      { Name: 'taken' },
      'ReplicationJobName.Duplicate',
    ],
    [
      'not to a data disk the source has not',
      (s) => aJob(s),
      disk(1, 3, 40),
      'ReplicationJobDataDiskIndex.Invalid',
    ],
  ])('%s', async (_, make, params, code) => {
    const simulator = await aSimulator();
    const jobId = await make(simulator);
    const answer = await call(simulator, 'ModifyReplicationJobAttribute', { JobId: jobId, ...params });
    expect(answer.Code).toBe(code);
  });
});
