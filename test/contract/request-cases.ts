import type { Operation } from '../../src/smc';
import { incremental, region, times } from './an-account';

/** One request that both sides judge alike: the client before it sends it, the service when it comes. */
export interface RequestCase {
  operation: Operation;
  /** What is special about it. */
  says: string;
  /** In the client's form; `JOB` stands for the id of a job in the right status. */
  request: Record<string, unknown>;
  /** `accepted`, or the code the service refuses it with; the client says `InvalidParameter` then. */
  expected: string;
}

const gib = 2 ** 30;
const named = (length: number) => 'n'.repeat(length);
const tags = (count: number, value = 'v') => times(count, (n) => ({ key: `k${n}`, value }));
const ids = (count: number) => times(count, (n) => `id-${n}`);

type Row = [says: string, request: Record<string, unknown>, expected: string];
const casesOf = (operation: Operation, base: Record<string, unknown>, rows: Row[]): RequestCase[] =>
  rows.map(([says, request, expected]) => ({
    operation,
    says,
    request: { ...base, ...request },
    expected,
  }));

const bad = (parameter: string) => `InvalidParameter.${parameter}`;

/** The texts that name jobs and images keep one pattern. */
const textRows = (field: string, parameter: string): Row[] => [
  [`${field} of 2 characters`, { [field]: 'ab' }, 'accepted'],
  [`${field} of 128 characters`, { [field]: named(128) }, 'accepted'],
  [`${field} in Chinese, with a digit, ':', '_' and '-'`, { [field]: '迁移-0:1_b' }, 'accepted'],
  [`${field} of 1 character`, { [field]: 'a' }, bad(parameter)],
  [`${field} of 129 characters`, { [field]: named(129) }, bad(parameter)],
  [`${field} that starts with a digit`, { [field]: '1ab' }, bad(parameter)],
  [`${field} with a blank`, { [field]: 'a b' }, bad(parameter)],
  [`${field} that is an address`, { [field]: 'https://a' }, bad(parameter)],
];

/** What a job can be created with and changed to. */
const settingRows: Row[] = [
  ...textRows('name', 'Name'),
  ...textRows('description', 'Description'),
  ...textRows('imageName', 'ImageName'),
  ['a system disk of 2048 GiB', { systemDiskSize: 2048 }, 'accepted'],
  ['a system disk of 19 GiB', { systemDiskSize: 19 }, bad('SystemDiskSize')],
  ['a system disk of 2049 GiB', { systemDiskSize: 2049 }, bad('SystemDiskSize')],
  ['a system disk of half a GiB more', { systemDiskSize: 40.5 }, bad('SystemDiskSize')],
  ['a target type in any case', { targetType: 'IMAGE' }, 'accepted'],
  ['a target type that is none', { targetType: 'Tape' }, bad('TargetType')],
  ['a data disk of 20 GiB', { dataDisks: [{ index: 1, size: 20 }] }, 'accepted'],
  ['a data disk of 32768 GiB', { dataDisks: [{ index: 2, size: 32_768 }] }, 'accepted'],
  ['a data disk of 19 GiB', { dataDisks: [{ index: 1, size: 19 }] }, bad('DataDisk.Size')],
  ['a data disk of 32769 GiB', { dataDisks: [{ index: 1, size: 32_769 }] }, bad('DataDisk.Size')],
  ['a data disk 0', { dataDisks: [{ index: 0, size: 20 }] }, bad('DataDisk.Index')],
  ['a data disk 17', { dataDisks: [{ index: 17, size: 20 }] }, bad('DataDisk.Index')],
  ['a data disk without its size', { dataDisks: [{ index: 1 }] }, 'MissingDataDisk.1.Size'],
  ['a data disk without its index', { dataDisks: [{ size: 20 }] }, 'MissingDataDisk.1.Index'],
  ['a data disk twice', { dataDisks: times(2, () => ({ index: 1, size: 20 })) }, 'DataDisk.DuplicateIndex'],
  [
    'parts as large as their disk',
    {
      dataDisks: [
        { index: 1, size: 20, parts: times(2, (n) => ({ device: `1_${n}`, sizeBytes: 10 * gib })) },
      ],
    },
    'accepted',
  ],
  [
    'parts larger than their disk',
    { dataDisks: [{ index: 1, size: 20, parts: [{ device: '1_0', sizeBytes: 20 * gib + 1 }] }] },
    bad('DataDisk.Part'),
  ],
  [
    'a part of a data disk without its size',
    { dataDisks: [{ index: 1, size: 20, parts: [{ device: '1_0' }] }] },
    bad('DataDisk.Part'),
  ],
  [
    'parts of the system disk',
    { systemDiskSize: 40, systemDiskParts: [{ device: '0_0', sizeBytes: 40 * gib, block: false }] },
    'accepted',
  ],
  [
    'parts larger than the system disk',
    { systemDiskSize: 40, systemDiskParts: [{ device: '0_0', sizeBytes: 40 * gib + 1 }] },
    bad('SystemDiskPart'),
  ],
  [
    'a part of the system disk without its device',
    { systemDiskParts: [{ sizeBytes: gib }] },
    bad('SystemDiskPart'),
  ],
  ['a time that is none', { scheduledStartTime: 'soon' }, bad('ScheduledStartTime')],
  ['a local time', { validTime: '2030-01-31T22:00:00' }, bad('ValidTime')],
  ['a day that does not exist', { validTime: '2030-02-30T22:00:00Z' }, bad('ValidTime')],
  ['every hour', { frequency: 1, maxNumberOfImageToKeep: 1 }, 'accepted'],
  ['every 168 hours', { frequency: 168, maxNumberOfImageToKeep: 10 }, 'accepted'],
  ['every 0 hours', { frequency: 0 }, bad('Frequency')],
  ['every 169 hours', { frequency: 169 }, bad('Frequency')],
  ['no image to keep', { maxNumberOfImageToKeep: 0 }, bad('MaxNumberOfImageToKeep')],
  ['11 images to keep', { maxNumberOfImageToKeep: 11 }, bad('MaxNumberOfImageToKeep')],
  [
    'disks by the newer parameter',
    { disks: { system: { size: 40 }, data: [{ size: 20, lvm: true }] } },
    'accepted',
  ],
  ['a disk of 19 GiB by the newer parameter', { disks: { data: [{ size: 19 }] } }, bad('Disks.Data.Size')],
  [
    'the newer parameters',
    { licenseType: 'BYOL', launchTemplateId: 'lt-1', launchTemplateVersion: '2' },
    'accepted',
  ],
];

const tagFilterRows: Row[] = [
  ['20 tags as a filter', { tags: tags(20) }, 'accepted'],
  ['a tag without a value as a filter', { tags: [{ key: 'k' }] }, 'accepted'],
  ['21 tags as a filter', { tags: tags(21) }, 'NumberExceed.Tags'],
  ['a value without its key as a filter', { tags: [{ value: 'v' }] }, bad('TagValue')],
];
const pageRows: Row[] = [
  ['nothing at all', {}, 'accepted'],
  ['pages of 50', { pageNumber: 1, pageSize: 50 }, 'accepted'],
  ['page 0', { pageNumber: 0 }, bad('PageNumber')],
  ['pages of 0', { pageSize: 0 }, bad('PageSize')],
  ['pages of 51', { pageSize: 51 }, bad('PageSize')],
];
const idRows = (field: string, code: string): Row[] => [
  [`50 ${field}`, { [field]: ids(50) }, 'accepted'],
  [`51 ${field}`, { [field]: ids(51) }, code],
];

/** What names one job. */
const jobRows: Row[] = [
  ['a job', {}, 'accepted'],
  ['no job', { jobId: undefined }, 'MissingJobId'],
  ['an empty job id', { jobId: '' }, 'MissingJobId'],
];

const resource = { resourceType: 'sourceserver', resourceIds: ['s-web'] };
/** What names the resources of the tag operations. */
const resourceRows: Row[] = [
  ['no resource type', { resourceType: undefined }, 'MissingParameter.ResourceType'],
  ['a resource type that is none', { resourceType: 'image' }, 'InvalidResourceType.NotFound'],
  ['51 resources', { resourceIds: ids(51) }, 'NumberExceed.ResourceIds'],
  ['one resource twice', { resourceIds: ['s-web', 's-web'] }, 'Duplicate.ResourceId'],
];

export const requestCases: RequestCase[] = [
  ...casesOf('CreateReplicationJob', { regionId: region, sourceId: 's-web', systemDiskSize: 40 }, [
    ['no region', { regionId: undefined }, 'MissingRegionId'],
    ['no source', { sourceId: undefined }, 'MissingSourceId'],
    ['a client token of 64 characters', { clientToken: named(64) }, 'accepted'],
    ['a client token of 65 characters', { clientToken: named(65) }, bad('ClientToken')],
    ['a client token that is not ASCII', { clientToken: 'tökén' }, bad('ClientToken')],
    ...settingRows,
    ['an instance', { targetType: 'Instance', instanceId: 'i-1' }, 'accepted'],
    ['an instance by its newer name', { targetType: 'TargetInstance', instanceId: 'i-1' }, 'accepted'],
    ['an instance that is not named', { targetType: 'instance' }, 'MissingInstanceId'],
    [
      'a container image',
      {
        targetType: 'ContainerImage',
        containerNamespace: 'ns',
        containerRepository: 'web',
        containerTag: '1',
      },
      'accepted',
    ],
    ['a container image without a namespace', { targetType: 'ContainerImage' }, 'MissingContainerNamespace'],
    [
      'a container image without a repository',
      { targetType: 'ContainerImage', containerNamespace: 'ns' },
      'MissingContainerRepository',
    ],
    ['20 tags, empty values', { tags: tags(20, '') }, 'accepted'],
    ['a tag of 128 and 128 characters', { tags: [{ key: named(128), value: named(128) }] }, 'accepted'],
    ['a tag key that only looks reserved', { tags: [{ key: 'Aliyun-x', value: 'http://x' }] }, 'accepted'],
    ['21 tags', { tags: tags(21) }, 'NumberExceed.Tags'],
    ['a tag key of 129 characters', { tags: [{ key: named(129) }] }, bad('TagKey')],
    ['a tag value of 129 characters', { tags: [{ key: 'k', value: named(129) }] }, bad('TagValue')],
    ...['aliyun', 'acs:x', 'http://x', 'https://x'].map(
      (key): Row => [`a tag key '${key}'`, { tags: [{ key }] }, bad('TagKey')],
    ),
    ['a tag key twice', { tags: [{ key: 'k' }, { key: 'k', value: 'v' }] }, 'Duplicate.TagKey'],
    ['the Internet', { netMode: 0 }, 'accepted'],
    ['a VPC', { netMode: 2, vSwitchId: 'vsw-simulator-a', vpcId: 'vpc-simulator-a' }, 'accepted'],
    ['network mode 1', { netMode: 1 }, bad('NetMode')],
    ['a VPC without a vSwitch', { netMode: 2 }, 'MissingVSwitchId'],
    ['a VPC id without a vSwitch', { vpcId: 'vpc-simulator-a' }, 'VSwitchIdVpcId.Mismatch'],
    [
      'replication parameters',
      { replicationParameters: '{"bandwidth_limit":0,"checksum":true}' },
      'accepted',
    ],
    ['replication parameters that are no JSON', { replicationParameters: '{' }, bad('ReplicationParameters')],
    ['replication parameters that are a list', { replicationParameters: '[]' }, bad('ReplicationParameters')],
    [
      'replication parameters of 2049 characters',
      { replicationParameters: `{"a":"${named(2041)}"}` },
      bad('ReplicationParameters'),
    ],
    ['incremental', incremental, 'accepted'],
    ['incremental without a frequency', { runOnce: false, maxNumberOfImageToKeep: 1 }, 'MissingFrequency'],
    [
      'incremental without a number of images',
      { runOnce: false, frequency: 1 },
      'MissingMaxNumberOfImageToKeep',
    ],
    ['a job type and a resource group', { jobType: 0, resourceGroupId: 'rg-1' }, 'accepted'],
  ]),
  ...casesOf('ModifyReplicationJobAttribute', { jobId: 'JOB' }, [...jobRows, ...settingRows]),
  ...casesOf('DescribeReplicationJobs', {}, [
    ...pageRows,
    ...idRows('jobIds', 'NumberExceed.JobId'),
    ...idRows('sourceIds', 'NumberExceed.SourceId'),
    ...idRows('instanceIds', 'NumberExceed.InstanceId'),
    ...tagFilterRows,
    [
      'every other filter',
      { name: 'n', regionId: region, status: 'Running', businessStatus: 'Syncing', jobType: 0 },
      'accepted',
    ],
  ]),
  ...casesOf('DescribeSourceServers', {}, [
    ...pageRows,
    ...idRows('sourceIds', 'NumberExceed.SourceId'),
    ...tagFilterRows,
    ['every other filter', { name: 'n', jobId: 'j-1', state: 'Available' }, 'accepted'],
  ]),
  ...casesOf('ModifySourceServerAttribute', { sourceId: 's-web' }, [
    ['a name and a description', { name: 'Any words, 1', description: named(256) }, 'accepted'],
    ['no source', { sourceId: undefined }, 'MissingSourceId'],
    ['a description of 257 characters', { description: named(257) }, bad('Description')],
    ['a description that is an address', { description: 'http://x' }, bad('Description')],
    ['a name that is an address', { name: 'https://x' }, bad('Name')],
  ]),
  ...casesOf('DeleteSourceServer', { sourceId: 's-win' }, [
    ['a source', {}, 'accepted'],
    ['force', { force: true }, 'accepted'],
    ['no source', { sourceId: undefined }, 'MissingSourceId'],
  ]),
  ...(['StartReplicationJob', 'StopReplicationJob', 'DeleteReplicationJob'] as const).flatMap((operation) =>
    casesOf(operation, { jobId: 'JOB' }, jobRows),
  ),
  ...casesOf('CutOverReplicationJob', { jobId: 'JOB' }, [
    ...jobRows,
    ['with a last sync', { syncData: true }, 'accepted'],
    ['a last sync that is neither true nor false', { syncData: 'maybe' }, bad('SyncData')],
  ]),
  ...casesOf('TagResources', { ...resource, tags: tags(1) }, [
    ['20 tags', { tags: tags(20) }, 'accepted'],
    ...resourceRows,
    ['no resource', { resourceIds: [] }, 'MissingParameter.ResourceId'],
    ['no tags', { tags: [] }, 'MissingParameter.TagKey'],
    ['21 tags', { tags: tags(21) }, 'NumberExceed.Tags'],
    ['an empty value', { tags: [{ key: 'k', value: '' }] }, bad('TagValue')],
    ['an empty key', { tags: [{ key: '', value: 'v' }] }, bad('TagKey')],
    ['a key of 129 characters', { tags: [{ key: named(129), value: 'v' }] }, bad('TagKey')],
    ['a value of 129 characters', { tags: [{ key: 'k', value: named(129) }] }, bad('TagValue')],
    ['a key with an address in it', { tags: [{ key: 'at http://x', value: 'v' }] }, bad('TagKey')],
    ['a value with an address in it', { tags: [{ key: 'k', value: 'at https://x' }] }, bad('TagValue')],
    ['a key of the cloud', { tags: [{ key: 'acs:x', value: 'v' }] }, bad('TagKey')],
    ['another key of the cloud', { tags: [{ key: 'aliyun', value: 'v' }] }, bad('TagKey')],
    ['a key twice', { tags: times(2, (n) => ({ key: 'k', value: `v${n}` })) }, 'Duplicate.TagKey'],
  ]),
  ...casesOf('ListTagResources', { resourceType: 'sourceserver' }, [
    ['every resource', {}, 'accepted'],
    ...resourceRows,
    ...tagFilterRows,
  ]),
  ...casesOf('UntagResources', { ...resource, tagKeys: ['k'] }, [
    ['a key', {}, 'accepted'],
    ['all', { tagKeys: undefined, all: true }, 'accepted'],
    ...resourceRows,
    ['no resource', { resourceIds: [] }, 'MissingParameter.ResourceId'],
    ['neither keys nor all', { tagKeys: undefined }, 'MissingParameter.TagKey'],
    ['not all, and no keys', { tagKeys: undefined, all: false }, 'MissingParameter.TagKey'],
    ['21 keys', { tagKeys: ids(21) }, 'NumberExceed.Tags'],
  ]),
];
