import {
  describeReplicationJobsAnswerSchema,
  describeSourceServersAnswerSchema,
  fromWire,
  isKnownStatus,
  listTagResourcesAnswerSchema,
} from '../../src/smc';

const jobsOf = (...jobs: unknown[]) =>
  describeReplicationJobsAnswerSchema.parse(
    fromWire({ RequestId: 'R', ReplicationJobs: { ReplicationJob: jobs } }),
  ).replicationJobs;
const aJob = (fields: object) => jobsOf({ JobId: 'j-1', Status: 'Running', ...fields })[0]!;
const sourcesIn = (sourceServers: unknown) =>
  describeSourceServersAnswerSchema.parse(fromWire({ SourceServers: sourceServers })).sourceServers;

describe('a replication job', () => {
  it('is read whole', () => {
    const job = aJob({
      SourceId: 's-1',
      BusinessStatus: 'Syncing',
      Progress: 45.5,
      RunOnce: false,
      Frequency: 12,
      VSwitchId: 'vsw-1',
      DataDisks: {
        DataDisk: [{ Index: 1, Size: 40, Parts: { Part: [{ Device: '1_0', SizeBytes: 7, Block: true }] } }],
      },
      ReplicationJobRuns: { ReplicationJobRun: [{ ImageId: 'm-1', Type: 'Schedule' }] },
      Tags: { Tag: [{ Key: 'app', Value: 'shop' }] },
      Disks: { System: { Size: 40, LVM: true }, Data: { Data: [{ DiskId: 'd-1', Size: 20 }] } },
    });
    expect(job).toMatchObject({
      jobId: 'j-1',
      status: 'Running',
      businessStatus: 'Syncing',
      progress: 45.5,
      runOnce: false,
      frequency: 12,
      vSwitchId: 'vsw-1',
      dataDisks: [{ index: 1, size: 40, parts: [{ device: '1_0', sizeBytes: 7, block: true }] }],
      replicationJobRuns: [{ imageId: 'm-1', type: 'Schedule' }],
      tags: [{ key: 'app', value: 'shop' }],
      disks: { system: { size: 40, lvm: true }, data: [{ diskId: 'd-1', size: 20 }] },
    });
  });

  it('may have fields we do not know, and lack, empty or null those we do', () => {
    const job = aJob({ Novelty: { A: [1] }, Name: null, ImageId: '', DataDisks: null, Tags: '' });
    expect(job).not.toHaveProperty('novelty');
    expect(job).toMatchObject({ dataDisks: [], tags: [], systemDiskParts: [] });
    expect(job.name ?? job.imageId ?? job.progress ?? job.disks).toBeUndefined();
  });

  it.each([
    ['Progress', '45.5', 'progress', 45.5],
    ['Progress', '', 'progress', undefined],
    ['Progress', 'N/A', 'progress', undefined],
    ['Progress', { Value: 1 }, 'progress', undefined],
    ['RunOnce', 'true', 'runOnce', true],
    ['RunOnce', 'False', 'runOnce', false],
    ['RunOnce', 0, 'runOnce', false],
    ['RunOnce', [], 'runOnce', undefined],
    ['JobType', 0, 'jobType', '0'],
    ['Name', true, 'name', 'true'],
    ['Name', '007', 'name', '007'],
    ['StatusInfo', { error_code: 'S1' }, 'statusInfo', '{"error_code":"S1"}'],
    ['StatusInfo', ['a'], 'statusInfo', '["a"]'],
    ['StatusInfo', {}, 'statusInfo', undefined],
    ['DataDisks', 'none', 'dataDisks', []],
    ['DataDisks', { DataDisk: [null, 'x', {}] }, 'dataDisks', [{ parts: [] }]],
    ['Disks', 'none', 'disks', undefined],
  ] as const)('reads %s %j without breaking the page', (field, given, name, expected) => {
    expect(aJob({ [field]: given })[name]).toEqual(expected);
  });

  it('with an unknown status, or without one, is read and recognised', () => {
    const [odd, bare] = jobsOf({ JobId: 'j-1', Status: 'Frozen' }, { JobId: 'j-2' });
    expect([odd?.status, bare?.status]).toEqual(['Frozen', '']);
    expect([isKnownStatus('Frozen'), isKnownStatus(''), isKnownStatus('Waiting')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('without an id makes the answer unreadable: it could be neither counted nor left alone', () => {
    expect(() => jobsOf({ Status: 'Running' })).toThrow();
  });
});

describe('a list', () => {
  const one = { SourceId: 's-1', State: 'Available' };
  it.each([
    ['under its singular key', { SourceServer: [one, { SourceId: 's-2' }] }, ['s-1', 's-2']],
    ['of one, as XML has it', { SourceServer: one }, ['s-1']],
    ['empty in JSON', { SourceServer: [] }, []],
    ['empty in XML', '', []],
    ['null', null, []],
    ['absent', undefined, []],
    ['with nothing under the key', { SourceServer: null }, []],
    ['as a bare array', [one, { SourceId: 's-2' }], ['s-1', 's-2']],
    ['with its only item right under its name', one, ['s-1']],
    ['in pieces', [{ SourceServer: one }, { SourceServer: [{ SourceId: 's-2' }] }], ['s-1', 's-2']],
  ])('%s', (_, given, ids) => {
    expect(sourcesIn(given).map((source) => source.sourceId)).toEqual(ids);
  });
});

it('a source server without tags differs from an answer without tags', () => {
  const [told, untold] = sourcesIn({
    SourceServer: [{ SourceId: 's-1', Tags: { Tag: { Key: 'a', Value: 'b' } } }, { SourceId: 's-2' }],
  });
  expect(told?.tags).toEqual([{ key: 'a', value: 'b' }]);
  expect(untold?.tags).toBeUndefined();
});

it('an empty NextToken is the last page', () => {
  const answer = listTagResourcesAnswerSchema.parse(
    fromWire({
      NextToken: '',
      TagResources: {
        TagResource: [
          { ResourceId: 's-1', ResourceType: 'ALIYUN::SMC::SOURCESEVER', TagKey: 'a', TagValue: '' },
        ],
      },
    }),
  );
  expect(answer.nextToken).toBeUndefined();
  expect(answer.tagResources).toMatchObject([{ resourceId: 's-1', tagKey: 'a' }]);
});
