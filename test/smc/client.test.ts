import { createSmcClient, SmcError, type Transport } from '../../src/smc';

/** A transport that answers each call with what `answer` gives, and remembers the calls. */
function aClient(answer: (params: Record<string, string>, action: string) => unknown) {
  const calls: { action: string; params: Record<string, string> }[] = [];
  const transport: Transport = {
    call: async (action, params) => {
      calls.push({ action, params });
      return answer(params, action);
    },
    simulatedSpeed: () => undefined,
    close: async () => {},
  };
  return { client: createSmcClient(transport), calls };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const someIds = (count: number) => Array.from({ length: count }, (_, i) => `j-${i + 1}`);

/** The page of these jobs, or of so many, that a service gives. */
const pageOf = (jobs: number | string[], params: Record<string, string>, largest = 50) => {
  const ids = typeof jobs === 'number' ? someIds(jobs) : jobs;
  const size = Math.min(Number(params.PageSize), largest);
  const first = (Number(params.PageNumber) - 1) * size;
  return {
    TotalCount: ids.length,
    PageSize: size,
    ReplicationJobs: {
      ReplicationJob: ids.slice(first, first + size).map((JobId) => ({ JobId, Status: 'Ready' })),
    },
  };
};

describe('a method of the client', () => {
  it('sends the operation with its parameters and gives the answer', async () => {
    const { client, calls } = aClient(() => ({ RequestId: 'R', JobId: 'j-1', Novelty: 1 }));
    const request = { regionId: 'cn-hangzhou', sourceId: 's-1', dataDisks: [{ index: 1, size: 40 }] };
    expect(await client.createReplicationJob(request)).toEqual({ requestId: 'R', jobId: 'j-1' });
    expect(calls).toEqual([
      {
        action: 'CreateReplicationJob',
        params: {
          RegionId: 'cn-hangzhou',
          SourceId: 's-1',
          'DataDisk.1.Index': '1',
          'DataDisk.1.Size': '40',
        },
      },
    ]);
  });

  it('refuses what breaks the rules, each problem named, and sends nothing', async () => {
    const { client, calls } = aClient(() => ({}));
    await expect(client.startReplicationJob({ jobId: '' })).rejects.toThrow(SmcError);
    await expect(
      client.createReplicationJob({ regionId: 'cn-hangzhou', sourceId: 's-1', runOnce: false }),
    ).rejects.toMatchObject({
      code: 'InvalidParameter',
      class: 'fatal',
      facts: { message: expect.stringMatching(/^frequency: .*; maxNumberOfImageToKeep: /) },
    });
    expect(calls).toEqual([]);
  });

  it('tells which field of an answer it cannot read', async () => {
    const { client } = aClient(() => ({ RequestId: 'R' }));
    await expect(
      client.createReplicationJob({ regionId: 'cn-hangzhou', sourceId: 's-1' }),
    ).rejects.toMatchObject({ code: 'UnreadableAnswer', class: 'transient', facts: { requestId: 'R' } });
  });
});

describe('all of a list', () => {
  it.each([
    [0, 1],
    [49, 1],
    [50, 1],
    [51, 2],
    [120, 3],
  ])('of %d comes in %d pages', async (total, pages) => {
    const { client, calls } = aClient((params) => pageOf(total, params));
    expect(await all(client.allReplicationJobs({}))).toHaveLength(total);
    expect(calls).toHaveLength(pages);
  });

  it('comes from a service with smaller pages than asked for', async () => {
    const { client } = aClient((params) => pageOf(45, params, 10));
    expect(await all(client.allReplicationJobs({}))).toHaveLength(45);
  });

  it('comes from a service that does not count', async () => {
    const { client } = aClient((params) => ({ ...pageOf(100, params), TotalCount: undefined }));
    expect(await all(client.allReplicationJobs({}))).toHaveLength(100);
  });

  it('has each item once, though new ones push it on to the next page', async () => {
    const { client } = aClient((params) =>
      params.PageNumber === '1' ? pageOf(60, params) : { ...pageOf(61, { ...params, PageNumber: '1' }) },
    );
    const ids = (await all(client.allReplicationJobs({}))).map((job) => job.jobId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('misses nothing where a job of a page that was read is deleted', async () => {
    const ids = someIds(120);
    const { client, calls } = aClient((params) => {
      const page = pageOf(ids, params);
      if (calls.length === 1) ids.shift();
      return page;
    });
    const found = (await all(client.allReplicationJobs({}))).map((job) => job.jobId);
    expect(found.sort()).toEqual(someIds(120).sort());
    expect(calls).toHaveLength(6);
  });

  it('misses nothing where one is deleted and one created, which the count does not show', async () => {
    const ids = someIds(60);
    const { client, calls } = aClient((params) => {
      const page = pageOf(ids, params);
      if (calls.length === 1) {
        ids.pop();
        ids.unshift('j-new');
      }
      return page;
    });
    const found = (await all(client.allReplicationJobs({}))).map((job) => job.jobId);
    expect(found.sort()).toEqual([...someIds(59), 'j-new'].sort());
    expect(calls).toHaveLength(4);
  });

  it('is read again until it stands still, and a few times at most', async () => {
    const ids = someIds(400);
    const { client, calls } = aClient((params) => {
      const page = pageOf(ids, params);
      ids.shift();
      return page;
    });
    const found = (await all(client.allReplicationJobs({}))).map((job) => job.jobId);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(ids));
    expect(calls.length).toBeLessThanOrEqual(3 * 8);
  });

  it('is not read for ever from a service that counts more than it lists', async () => {
    const { client, calls } = aClient((params) => ({ ...pageOf(45, params), TotalCount: 47 }));
    expect(await all(client.allReplicationJobs({}))).toHaveLength(45);
    expect(calls).toHaveLength(2);
  });

  it('keeps the filter on each page', async () => {
    const { client, calls } = aClient((params) => pageOf(3, params));
    await all(client.allReplicationJobs({ status: 'Running', pageSize: 2 }));
    expect(calls.map(({ params }) => params)).toEqual([
      { Status: 'Running', PageNumber: '1', PageSize: '2' },
      { Status: 'Running', PageNumber: '2', PageSize: '2' },
    ]);
  });

  it('of tags follows NextToken to its end, and does not run in a circle', async () => {
    const tag = (ResourceId: string) => ({ TagResource: [{ ResourceId, TagKey: 'k', TagValue: 'v' }] });
    const { client } = aClient(({ NextToken }) =>
      NextToken ? { NextToken: '', TagResources: tag('s-2') } : { NextToken: 't', TagResources: tag('s-1') },
    );
    const found = await all(client.allTagResources({ resourceType: 'sourceserver' }));
    expect(found.map((one) => one.resourceId)).toEqual(['s-1', 's-2']);

    const circle = aClient(() => ({ NextToken: 't', TagResources: tag('s-1') }));
    await all(circle.client.allTagResources({ resourceType: 'sourceserver' }));
    expect(circle.calls).toHaveLength(2);
  });
});
