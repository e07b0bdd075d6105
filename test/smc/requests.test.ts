import type { Operation } from '../../src/smc';
import { said, someTags, times } from './said';

const resource = { resourceType: 'sourceserver', resourceIds: ['s-1'] };

describe('the other operations', () => {
  const all: [Operation, object, string][] = [
    ['ModifyReplicationJobAttribute', { jobId: 'j-1', name: 'web-01', frequency: 6 }, ''],
    ['ModifyReplicationJobAttribute', { name: 'web-01' }, 'jobId:'],
    ['ModifyReplicationJobAttribute', { jobId: 'j-1', runOnce: false }, 'runOnce'],
    ['ModifyReplicationJobAttribute', { jobId: 'j-1', netMode: 0 }, 'netMode'],
    ['ModifyReplicationJobAttribute', { jobId: 'j-1', tags: [] }, 'tags'],
    ['ModifyReplicationJobAttribute', { jobId: 'j-1', regionId: 'cn-hangzhou' }, 'regionId'],
    [
      'ModifyReplicationJobAttribute',
      { jobId: 'j-1', dataDisks: times(2, () => ({ index: 1, size: 20 })) },
      'used twice',
    ],
    ['DescribeReplicationJobs', {}, ''],
    [
      'DescribeReplicationJobs',
      { jobIds: times(50, String), sourceIds: ['s-1'], status: 'Running', pageSize: 50 },
      '',
    ],
    ['DescribeReplicationJobs', { instanceIds: ['i-1'], jobType: 0, tags: [{ key: 'app' }] }, ''],
    ['DescribeReplicationJobs', { jobIds: times(51, String) }, 'jobIds: at most 50 jobs'],
    ['DescribeReplicationJobs', { sourceIds: times(51, String) }, 'sourceIds: at most 50 sources'],
    ['DescribeReplicationJobs', { pageSize: 51 }, 'pageSize:'],
    ['DescribeReplicationJobs', { pageNumber: 0 }, 'pageNumber:'],
    [
      'DescribeSourceServers',
      { sourceIds: ['s-1'], jobId: 'j-1', state: 'Available', name: 'web', tags: someTags(20) },
      '',
    ],
    ['DescribeSourceServers', { pageSize: 0 }, 'pageSize:'],
    ['ModifySourceServerAttribute', { sourceId: 's-1', name: 'web', description: 'x'.repeat(256) }, ''],
    [
      'ModifySourceServerAttribute',
      { sourceId: 's-1', description: 'x'.repeat(257) },
      'description: at most 256 characters',
    ],
    [
      'ModifySourceServerAttribute',
      { sourceId: 's-1', description: 'https://x' },
      'does not start with http',
    ],
    ['DeleteSourceServer', { sourceId: 's-1', force: true }, ''],
    ['DeleteSourceServer', { sourceId: '' }, 'sourceId:'],
    ['StartReplicationJob', { jobId: 'j-1' }, ''],
    ['StopReplicationJob', {}, 'jobId:'],
    ['DeleteReplicationJob', { jobId: 'j-1', force: true }, 'force'],
    ['CutOverReplicationJob', { jobId: 'j-1', syncData: false }, ''],
    ['TagResources', { ...resource, tags: someTags(20) }, ''],
    ['TagResources', { ...resource, tags: someTags(21) }, 'tags: at most 20 tags'],
    ['TagResources', { ...resource, tags: [] }, 'tags: at least one tag'],
    ['TagResources', { ...resource, tags: [{ key: 'k', value: '' }] }, 'tags.0.value: 1 to 128 characters'],
    [
      'TagResources',
      { ...resource, tags: [{ key: 'k', value: 'see http://x' }] },
      'tags.0.value: has no http://',
    ],
    [
      'TagResources',
      { ...resource, tags: [{ key: 'my-https://x', value: 'v' }] },
      'tags.0.key: has no http://',
    ],
    [
      'TagResources',
      { ...resource, tags: [{ key: 'acs:x', value: 'v' }] },
      "tags.0.key: does not start with 'aliyun' or 'acs:'",
    ],
    [
      'TagResources',
      { ...resource, resourceIds: times(51, String), tags: someTags(1) },
      'resourceIds: at most 50 resources',
    ],
    [
      'TagResources',
      { ...resource, resourceIds: ['s-1', 's-1'], tags: someTags(1) },
      'resourceIds: each resource once',
    ],
    ['TagResources', { ...resource, resourceType: 'instance', tags: someTags(1) }, 'resourceType:'],
    ['ListTagResources', { resourceType: 'replicationjob', tags: [{ key: 'k' }], nextToken: 't' }, ''],
    ['ListTagResources', { resourceType: 'replicationjob', tags: [{ value: 'v' }] }, 'tags.0.key:'],
    ['UntagResources', { ...resource, tagKeys: ['k'] }, ''],
    ['UntagResources', { ...resource, all: true }, ''],
    ['UntagResources', resource, 'tagKeys, or all: true'],
  ];

  it.each(all.filter(([, , message]) => message === ''))('%s takes %j', (operation, request) => {
    expect(said(operation, request)).toBe('');
  });

  it.each(all.filter(([, , message]) => message !== ''))('%s refuses %j', (operation, request, message) => {
    expect(said(operation, request)).toContain(message);
  });
});
