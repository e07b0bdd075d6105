import { type JobSettings, settingsProblems, timeProblems } from '../../src/smc';
import { said, someTags, times } from './said';

const job = { regionId: 'cn-hangzhou', sourceId: 's-1', systemDiskSize: 80 };
const gib = 2 ** 30;

describe('CreateReplicationJob takes', () => {
  it.each<[string, object]>([
    ['the least there is', {}],
    ['no system disk size, as newer services do', { systemDiskSize: undefined }],
    [
      'the smallest and the largest disks',
      {
        systemDiskSize: 20,
        dataDisks: [
          { index: 1, size: 20 },
          { index: 16, size: 32_768 },
        ],
      },
    ],
    ['a system disk of 2048 GiB', { systemDiskSize: 2048 }],
    ['names in Chinese', { name: '迁移-01', imageName: '镜像:01', description: '数据库_01' }],
    ['names of 2 and of 128 characters', { name: 'ab', imageName: 'a'.repeat(128) }],
    ['a client token of 64 characters', { clientToken: 'x'.repeat(64) }],
    ['target types in any case', { targetType: 'IMAGE' }],
    ['an instance', { targetType: 'Instance', instanceId: 'i-1' }],
    ['an instance by its newer name', { targetType: 'targetinstance', instanceId: 'i-1' }],
    [
      'a container image',
      {
        targetType: 'ContainerImage',
        containerNamespace: 'n',
        containerRepository: 'r',
        containerTag: 'CentOS:v1',
      },
    ],
    ['an incremental job', { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 10 }],
    ['a VPC by its vSwitch', { netMode: 2, vSwitchId: 'vsw-1' }],
    ['a VPC and its vSwitch', { netMode: 2, vSwitchId: 'vsw-1', vpcId: 'vpc-1' }],
    ['times', { scheduledStartTime: '2030-01-31T22:00:00Z', validTime: '2030-02-28T22:00Z' }],
    ['20 tags, one with an empty value', { tags: [...someTags(19), { key: 'empty', value: '' }] }],
    [
      'parts that fill the disk',
      { systemDiskSize: 20, systemDiskParts: [{ device: '0_0', sizeBytes: 20 * gib }] },
    ],
    ['a part that only says block', { systemDiskParts: [{ block: false }] }],
    [
      'driver parameters',
      { replicationParameters: '{"bandwidth_limit":0,"compress_level":1,"checksum":true}' },
    ],
    [
      'what newer services know',
      {
        jobType: 0,
        licenseType: 'BYOL',
        launchTemplateId: 'lt-1',
        launchTemplateVersion: '1',
        resourceGroupId: 'rg-1',
        disks: {
          system: { size: 40, lvm: true },
          data: [{ diskId: 'd-1', size: 40, parts: [{ path: '/home', sizeBytes: gib }] }],
        },
      },
    ],
  ])('%s', (_, fields) => {
    expect(said('CreateReplicationJob', { ...job, ...fields })).toBe('');
  });
});

describe('CreateReplicationJob refuses', () => {
  it.each<[string, object, string]>([
    ['no region', { regionId: undefined }, 'regionId:'],
    ['no source', { sourceId: undefined }, 'sourceId:'],
    ['what it does not know', { systemDisk: 40 }, 'systemDisk'],
    ['a system disk of 19 GiB', { systemDiskSize: 19 }, 'systemDiskSize: the system disk has 20 to 2048 GiB'],
    ['a system disk of 2049 GiB', { systemDiskSize: 2049 }, '20 to 2048 GiB'],
    ['half a GiB', { systemDiskSize: 20.5 }, 'systemDiskSize:'],
    [
      'a client token of 65 characters',
      { clientToken: 'x'.repeat(65) },
      'clientToken: at most 64 characters',
    ],
    ['a client token that is not ASCII', { clientToken: 'é' }, 'clientToken: ASCII only'],
    ['a name of one character', { name: 'a' }, 'name: name has 2 to 128 characters'],
    ['a name of 129 characters', { name: 'a'.repeat(129) }, 'name has 2 to 128 characters'],
    ['a name that starts with a digit', { name: '1ab' }, 'name starts with a letter'],
    ['a name with a blank', { name: 'a b' }, "only letters, digits, ':', '_' and '-'"],
    ['a name that is an address', { imageName: 'http://ab' }, 'does not start with http:// or https://'],
    ['a description of one character', { description: 'a' }, 'description has 2 to 128 characters'],
    ['a target it does not know', { targetType: 'Disk' }, 'targetType: one of Image, ContainerImage'],
    [
      'an instance without its id',
      { targetType: 'Instance' },
      'instanceId: targetType Instance needs instanceId',
    ],
    [
      'a container image without a place',
      { targetType: 'ContainerImage', containerNamespace: 'n' },
      'containerRepository: targetType ContainerImage needs',
    ],
    [
      'a data disk of 19 GiB',
      { dataDisks: [{ index: 1, size: 19 }] },
      'dataDisks.0.size: a data disk has 20 to 32768 GiB',
    ],
    ['a data disk of 32769 GiB', { dataDisks: [{ index: 1, size: 32_769 }] }, '20 to 32768 GiB'],
    ['data disk 0', { dataDisks: [{ index: 0, size: 20 }] }, 'dataDisks.0.index: 1 to 16'],
    ['data disk 17', { dataDisks: [{ index: 17, size: 20 }] }, 'dataDisks.0.index: 1 to 16'],
    [
      'a data disk twice',
      {
        dataDisks: [
          { index: 1, size: 20 },
          { index: 1, size: 40 },
        ],
      },
      'dataDisks.1.index: data disk index 1 is used twice',
    ],
    [
      'a part with a device only',
      { dataDisks: [{ index: 1, size: 20, parts: [{ device: '1_0' }] }] },
      'dataDisks.0.parts.0: device and sizeBytes go together',
    ],
    [
      'a part with a size only',
      { systemDiskParts: [{ sizeBytes: gib }] },
      'systemDiskParts.0: device and sizeBytes go together',
    ],
    [
      'parts larger than their data disk',
      { dataDisks: [{ index: 1, size: 20, parts: [{ device: '1_0', sizeBytes: 20 * gib + 1 }] }] },
      'dataDisks.0.parts: the parts are larger than the disk (20 GiB)',
    ],
    [
      'parts larger than the system disk',
      { systemDiskParts: times(2, (i) => ({ device: `0_${i}`, sizeBytes: 41 * gib })) },
      'systemDiskParts: the parts are larger than the system disk (80 GiB)',
    ],
    ['21 tags', { tags: someTags(21) }, 'tags: at most 20 tags'],
    ['an empty tag key', { tags: [{ key: '' }] }, 'tags.0.key: 1 to 128 characters'],
    ['a tag key of 129 characters', { tags: [{ key: 'k'.repeat(129) }] }, 'tags.0.key: 1 to 128 characters'],
    [
      'a tag value of 129 characters',
      { tags: [{ key: 'k', value: 'v'.repeat(129) }] },
      'tags.0.value: at most 128 characters',
    ],
    ['a reserved tag key', { tags: [{ key: 'aliyun-x' }] }, "tags.0.key: does not start with 'aliyun'"],
    ['another reserved tag key', { tags: [{ key: 'acs:x' }] }, "tags.0.key: does not start with 'aliyun'"],
    [
      'a tag key that is an address',
      { tags: [{ key: 'https://x' }] },
      "tags.0.key: does not start with 'aliyun'",
    ],
    ['net mode 1', { netMode: 1 }, 'netMode: 0 (Internet) or 2 (VPC)'],
    ['a VPC without a vSwitch', { netMode: 2, vpcId: 'vpc-1' }, 'vSwitchId: netMode 2 needs vSwitchId'],
    [
      'driver parameters that are no JSON object',
      { replicationParameters: '[1]' },
      'replicationParameters: a JSON object',
    ],
    [
      'driver parameters of 2049 characters',
      { replicationParameters: `{"a":"${'x'.repeat(2041)}"}` },
      'at most 2048 characters',
    ],
    [
      'an incremental job without a frequency',
      { runOnce: false, maxNumberOfImageToKeep: 3 },
      'frequency: runOnce false needs frequency',
    ],
    [
      'an incremental job without a number of images',
      { runOnce: false, frequency: 12 },
      'maxNumberOfImageToKeep: runOnce false needs',
    ],
    ['a frequency of 0', { frequency: 0 }, 'frequency: 1 to 168 hours'],
    ['a frequency of 169', { frequency: 169 }, 'frequency: 1 to 168 hours'],
    ['11 images', { maxNumberOfImageToKeep: 11 }, 'maxNumberOfImageToKeep: 1 to 10 images'],
    ['a local time', { scheduledStartTime: '2030-01-31T22:00:00+08:00' }, 'scheduledStartTime: a UTC time'],
    ['a day that does not exist', { validTime: '2030-02-30T00:00:00Z' }, 'validTime: a time that exists'],
  ])('%s', (_, fields, message) => {
    expect(said('CreateReplicationJob', { ...job, ...fields })).toContain(message);
  });

  it('names every problem at once', () => {
    const problems = said('CreateReplicationJob', { ...job, runOnce: false, netMode: 2 });
    expect(problems.split('; ')).toHaveLength(3);
  });
});

it('settings may be judged before they belong to a source', () => {
  const settings: JobSettings = { targetType: 'Instance', vpcId: 'vpc-1' };
  expect(settingsProblems(settings)).toEqual([
    { path: ['vSwitchId'], message: 'vpcId needs vSwitchId' },
    { path: ['instanceId'], message: 'targetType Instance needs instanceId' },
  ]);
});

describe('times that depend on the day', () => {
  const now = new Date('2030-01-01T00:00:00Z');
  it.each<[Partial<JobSettings>, string[]]>([
    [{}, []],
    [{ scheduledStartTime: '2030-01-31T00:00:00Z', validTime: '2030-01-08T00:00:00Z' }, []],
    [{ validTime: '2030-04-01T00:00:00Z' }, []],
    [{ scheduledStartTime: '2029-12-31T00:00:00Z' }, ['scheduledStartTime']],
    [{ scheduledStartTime: '2030-01-31T00:00:01Z' }, ['scheduledStartTime']],
    [{ validTime: '2030-01-07T23:59:59Z' }, ['validTime']],
    [{ validTime: '2030-04-01T00:00:01Z' }, ['validTime']],
  ])('%j', (settings, paths) => {
    expect(timeProblems(settings, now).flatMap((problem) => problem.path)).toEqual(paths);
  });
});
