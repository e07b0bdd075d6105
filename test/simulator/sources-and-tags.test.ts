import type { WireParams } from '../../src/smc';
import { aJob, aRunningJob, aSimulator, call, closeAll, described, sourceId } from './harness';

afterEach(closeAll);

const stateOf = async (simulator: Awaited<ReturnType<typeof aSimulator>>, name = 'web-01') =>
  (await call(simulator, 'DescribeSourceServers', { Name: name })).SourceServers.SourceServer[0]?.State;

describe('a source', () => {
  test('is InUse while it has a live job, and Available when that has ended', async () => {
    const simulator = await aSimulator({ jobSeconds: 100 });
    expect(await stateOf(simulator)).toBe('Available');
    const jobId = await aRunningJob(simulator);
    expect(await stateOf(simulator)).toBe('InUse');
    simulator.account.skip(100);
    expect(await stateOf(simulator)).toBe('Available');
    const found = await call(simulator, 'DescribeSourceServers', { JobId: jobId, State: 'Active' });
    expect(found.SourceServers.SourceServer[0]).toMatchObject({ Name: 'web-01', JobId: jobId });
  });

  test('cannot be deleted while its job runs, and with a resting job only by force', async () => {
    const simulator = await aSimulator({ jobSeconds: 1000 });
    const jobId = await aRunningJob(simulator);
    simulator.account.skip(300);
    const remove = (Force: string) =>
      call(simulator, 'DeleteSourceServer', { SourceId: sourceId(simulator), Force });
    expect((await remove('true')).Code).toBe('SourceServer.WithRunningReplicationJob');
    await call(simulator, 'StopReplicationJob', { JobId: jobId });
    const related = await remove('false');
    expect(related).toMatchObject({
      Code: 'ReplicationJob.Related',
      Message: expect.stringContaining(jobId),
    });
    expect((await remove('true')).Code).toBeUndefined();
    expect(await stateOf(simulator)).toBe('Deleting');
    expect((await remove('true')).Code).toBe('SourceServerState.Invalid');
    simulator.account.skip(5);
    expect(await stateOf(simulator)).toBeUndefined();
    expect(await described(simulator, jobId)).toBeUndefined();
    expect(simulator.account.audit().instances.now).toBe(0);
  });

  test.each<[WireParams, string | undefined]>([
    [{ Name: 'renamed', Description: 'A server, of any words' }, undefined],
    [{ Name: 'web-02' }, 'SourceServerName.Duplicate'],
    [{ Description: 'https://example.com' }, 'InvalidParameter.Description'],
    [{ Name: 'n'.repeat(257) }, 'InvalidParameter.Name'],
    [{ SourceId: 's-none' }, 'InvalidSourceId.NotFound'],
  ])('changed by %j', async (params, code) => {
    const simulator = await aSimulator();
    const answer = await call(simulator, 'ModifySourceServerAttribute', {
      SourceId: sourceId(simulator),
      ...params,
    });
    expect(answer.Code).toBe(code);
  });

  test('is one of many varied ones, the same for the same seed', async () => {
    const idsOf = async (seed: number) => [
      ...(await aSimulator({ servers: 500, seed })).account.sources.keys(),
    ];
    const first = await idsOf(7);
    expect(new Set(first).size).toBe(500);
    expect(await idsOf(7)).toEqual(first);
    expect(await idsOf(8)).not.toEqual(first);
  });
});

describe('tags', () => {
  const list = async (simulator: Awaited<ReturnType<typeof aSimulator>>, params: WireParams) =>
    call(simulator, 'ListTagResources', { ResourceType: 'sourceserver', ...params });
  const tag = (simulator: Awaited<ReturnType<typeof aSimulator>>, params: WireParams) =>
    call(simulator, 'TagResources', {
      ResourceType: 'sourceserver',
      'ResourceId.1': sourceId(simulator),
      'Tag.1.Key': 'smc-batch',
      'Tag.1.Value': 'dc1',
      ...params,
    });

  test('are set, replaced, found and taken off again', async () => {
    const simulator = await aSimulator();
    await tag(simulator, { 'ResourceId.2': sourceId(simulator, 'web-02') });
    await tag(simulator, { 'Tag.1.Value': 'dc2', 'Tag.2.Key': 'image', 'Tag.2.Value': 'm-1' });
    const found = await list(simulator, {
      'Tag.1.Key': 'smc-batch',
      'Tag.1.Value': 'dc2',
      'Tag.2.Key': 'image',
    });
    expect(found.NextToken).toBe('');
    expect(found.TagResources.TagResource).toEqual([
      {
        ResourceId: sourceId(simulator),
        ResourceType: 'ALIYUN::SMC::SOURCESERVER',
        TagKey: 'smc-batch',
        TagValue: 'dc2',
      },
      {
        ResourceId: sourceId(simulator),
        ResourceType: 'ALIYUN::SMC::SOURCESERVER',
        TagKey: 'image',
        TagValue: 'm-1',
      },
    ]);
    const untag = (params: WireParams) =>
      call(simulator, 'UntagResources', {
        ResourceType: 'sourceserver',
        'ResourceId.1': sourceId(simulator),
        ...params,
      });
    await untag({ 'TagKey.1': 'image', 'TagKey.2': 'not-there', All: 'true' });
    expect((await list(simulator, { 'Tag.1.Key': 'smc-batch' })).TagResources.TagResource).toHaveLength(2);
    await untag({ All: 'true' });
    expect((await list(simulator, { 'Tag.1.Key': 'smc-batch' })).TagResources.TagResource).toHaveLength(1);
  });

  test('of a job are those it was created with, and more', async () => {
    const simulator = await aSimulator();
    const jobId = await aJob(simulator, { 'Tag.1.Key': 'app', 'Tag.1.Value': 'shop' });
    const job = { ResourceType: 'replicationjob', 'ResourceId.1': jobId };
    await tag(simulator, job);
    expect((await list(simulator, job)).TagResources.TagResource).toMatchObject([
      { ResourceType: 'ALIYUN::SMC::REPLICATIONJOB', TagKey: 'app', TagValue: 'shop' },
      { TagKey: 'smc-batch' },
    ]);
  });

  test('of many resources come in pages, each tag once', async () => {
    const simulator = await aSimulator({
      servers: Array.from({ length: 120 }, (_, i) => ({ name: `s-${i}`, tags: { smc: 'x', n: String(i) } })),
    });
    const seen: string[] = [];
    let NextToken = '';
    do {
      const page = await list(simulator, { 'Tag.1.Key': 'smc', NextToken });
      for (const t of page.TagResources.TagResource) seen.push(`${t.ResourceId} ${t.TagKey}`);
      NextToken = page.NextToken;
    } while (NextToken);
    expect(new Set(seen).size).toBe(240);
    expect(seen).toHaveLength(240);
  });

  const many = (name: string, count: number, suffix = '') =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}.${i + 1}${suffix}`, `v${i}`]));
  test.each<[string, WireParams, string]>([
    ['without a resource type', { ResourceType: '' }, 'MissingParameter.ResourceType'],
    ['of a type that is none', { ResourceType: 'image' }, 'InvalidResourceType.NotFound'],
    ['of a resource that is not there', { 'ResourceId.1': 's-none' }, 'InvalidResourceId.NotFound'],
    ['of 51 resources', many('ResourceId', 51), 'NumberExceed.ResourceIds'],
    ['21 at once', { ...many('Tag', 21, '.Key'), ...many('Tag', 21, '.Value') }, 'NumberExceed.Tags'],
    ['without a value', { 'Tag.1.Value': '' }, 'InvalidParameter.TagValue'],
    ['with an address in the key', { 'Tag.1.Key': 'see http://x' }, 'InvalidParameter.TagKey'],
    ['with a key of the cloud', { 'Tag.1.Key': 'aliyun-x' }, 'InvalidParameter.TagKey'],
  ])('are refused %s', async (_, params, code) => {
    expect((await tag(await aSimulator(), params)).Code).toBe(code);
  });

  test('are refused for a resource named twice, beyond 20 of a resource, or by a value without its key', async () => {
    const simulator = await aSimulator();
    expect((await tag(simulator, { 'ResourceId.2': sourceId(simulator) })).Code).toBe('Duplicate.ResourceId');
    const twenty = { ...many('Tag', 20, '.Key'), ...many('Tag', 20, '.Value') };
    expect((await tag(simulator, twenty)).Code).toBeUndefined();
    expect((await tag(simulator, {})).Code).toBe('NumberExceed.Tags');
    expect((await list(simulator, { 'Tag.1.Value': 'v' })).Code).toBe('InvalidParameter.TagValue');
    expect((await list(simulator, { NextToken: 'x' })).Code).toBe('InvalidParameter.NextToken');
  });
});
