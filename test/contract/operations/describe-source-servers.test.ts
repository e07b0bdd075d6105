import { holdRules, times } from '../an-account';

holdRules('DescribeSourceServers', [
  {
    rule: 'ten sources a page by default, up to fifty, with the total',
    account: { servers: 60 },
    when: async ({ smc }) => {
      const pages = [{}, { pageSize: 50, pageNumber: 2 }, { pageNumber: 7 }];
      const answers = await Promise.all(pages.map((page) => smc.describeSourceServers(page)));
      return answers.map((a) => [a.pageNumber, a.pageSize, a.totalCount, a.sourceServers.length]);
    },
    gives: [
      [1, 10, 60, 10],
      [2, 50, 60, 10],
      [7, 10, 60, 0],
    ],
  },
  {
    rule: 'filters are ANDed',
    when: async ({ smc, create }) => {
      const jobId = await create();
      await smc.tagResources({
        resourceType: 'sourceserver',
        resourceIds: ['s-web', 's-app'],
        tags: [{ key: 'app', value: 'shop' }],
      });
      const filters = [
        { sourceIds: ['s-web', 's-none'] },
        { jobId },
        { jobId, name: 'app' },
        { state: 'InUse' },
        { state: 'Available', name: 'app' },
        { tags: [{ key: 'app' }], state: 'Available' },
        { tags: [{ key: 'app', value: 'other' }] },
      ];
      const answers = await Promise.all(filters.map((filter) => smc.describeSourceServers(filter)));
      return answers.map((answer) => answer.sourceServers.map(({ sourceId }) => sourceId).join());
    },
    gives: ['s-web', 's-web', '', 's-web', 's-app', 's-app', ''],
  },
  {
    rule: 'a source shows its system, its disks and its parts',
    when: ({ source }) => source(),
    gives: expect.objectContaining({
      sourceId: 's-web',
      name: 'web',
      state: 'Available',
      platform: expect.any(String),
      architecture: 'x86_64',
      agentVersion: expect.any(String),
      kernelLevel: expect.any(Number),
      replicationDriver: 'SMT',
      heartbeatRate: expect.any(Number),
      creationTime: expect.stringMatching(/Z$/),
      systemDiskSize: 40,
      systemDiskParts: [{ path: '/', device: '0_0', canBlock: true, need: true, sizeBytes: 40 * 2 ** 30 }],
      dataDisks: [1, 2].map((index) =>
        expect.objectContaining({ index, parts: [expect.objectContaining({ device: `${index}_0` })] }),
      ),
    }),
  },
  {
    rule: 'SystemInfo is a JSON string',
    when: async ({ source }) => Object.keys(JSON.parse((await source())!.systemInfo!)),
    gives: ['agent_mode', 'hostname', 'ipv4', 'ipv6', 'cores', 'cpu_usage', 'memory', 'memory_usage'],
  },
  {
    rule: 'an offline source is Unavailable with SourceServer.Offline',
    account: { faults: { sources: [{ source: 'web', offline: true }] } },
    when: ({ source }) => source(),
    gives: expect.objectContaining({ state: 'Unavailable', errorCode: 'SourceServer.Offline' }),
  },
  {
    rule: 'a source in error says why in its StatusInfo: S1 is rsync that is missing',
    account: { faults: { sources: [{ source: 'web', error: {} }] } },
    when: async ({ source }) => JSON.parse((await source())!.statusInfo!),
    gives: { error_code: 'S1', error_msg: expect.stringContaining('rsync') },
  },
  {
    rule: 'a source names its last job, also when that has ended',
    when: async ({ start, account, source }) => {
      const jobId = await start();
      const during = (await source())?.state;
      account.skip(1000);
      const { state, jobId: last } = (await source())!;
      return [during, state, last === jobId];
    },
    gives: ['InUse', 'Available', true],
  },
  {
    rule: 'all pages together have every source once',
    account: { servers: times(120, (n) => ({ name: `n-${n}` })) },
    when: async ({ smc }) => {
      const seen = new Set<string>();
      for await (const { sourceId } of smc.allSourceServers({})) seen.add(sourceId);
      return seen.size;
    },
    gives: 120,
  },
]);
