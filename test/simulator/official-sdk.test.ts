import { type Simulator, simulatorCredentials } from '../../src/simulator';
import { aSimulator, closeAll } from './harness';

// biome-ignore lint/suspicious/noExplicitAny: the SDK has no types of its own that fit its exports.
const { RPCClient } = require('@alicloud/pop-core') as any;

afterEach(closeAll);

test.each(['GET', 'POST'])("a whole migration by today's official SDK over %s", async (method) => {
  const simulator = await aSimulator({ speed: 0, servers: 3 });
  const { request, close } = officialClient(simulator, method);
  const found = await request('DescribeSourceServers', { State: 'Available', PageSize: 50 });
  const { SourceId, SystemDiskSize } = found.SourceServers.SourceServer[0];

  const { JobId } = await request('CreateReplicationJob', {
    RegionId: 'cn-hangzhou',
    SourceId,
    SystemDiskSize,
    ClientToken: 'official-sdk',
    Name: 'official-sdk',
    Tag: [{ Key: 'smc-batch', Value: 'a batch*~' }],
  });
  await request('StartReplicationJob', { JobId });
  await expect(request('DeleteReplicationJob', { JobId })).rejects.toMatchObject({
    code: 'ReplicationJob.InvalidStatus',
  });

  const job = async () =>
    (await request('DescribeReplicationJobs', { JobId: [JobId] })).ReplicationJobs.ReplicationJob[0];
  let seen = await job();
  expect(seen.Status).toBe('Running');
  for (; seen.Status === 'Running'; seen = await job()) simulator.account.skip(3_600);
  expect(seen).toMatchObject({
    Status: 'Finished',
    Tags: { Tag: [{ Key: 'smc-batch', Value: 'a batch*~' }] },
  });

  const ResourceId = [SourceId];
  const Tag = [{ Key: 'smc-batch-image', Value: seen.ImageId }];
  await request('TagResources', { ResourceType: 'sourceserver', ResourceId, Tag });
  const tags = await request('ListTagResources', { ResourceType: 'sourceserver', ResourceId });
  expect(tags.TagResources.TagResource).toMatchObject([
    { TagKey: 'smc-batch-image', TagValue: seen.ImageId },
  ]);

  await request('DeleteReplicationJob', { JobId });
  while (await job()) simulator.account.skip(60);
  close();
  expect(simulator.account.audit()).toMatchObject({
    jobs: { existing: 0, peakExisting: 1, peakRunning: 1, leftovers: [] },
    creates: { tookEffect: 1, perSource: { [SourceId]: 1 } },
    images: { total: 1, perSource: { [SourceId]: [{ jobId: JobId, imageId: seen.ImageId }] } },
    instances: { now: 0, created: 1, released: 1, leaked: 0 },
  });
});

function officialClient(simulator: Simulator, method: string) {
  const client = new RPCClient({
    endpoint: simulator.endpoint,
    apiVersion: '2019-06-01',
    ...simulatorCredentials,
  });
  return {
    // biome-ignore lint/suspicious/noExplicitAny: answers are judged by the test, field by field.
    request: (action: string, params: object): Promise<any> => client.request(action, params, { method }),
    close: () => client.keepAliveAgent.destroy(),
  };
}
