import { holdRules, region, times } from '../an-account';

const sixty = times(60, (n) => ({ sourceId: `s-${n}`, name: `n-${n}` }));

holdRules('DescribeReplicationJobs', [
  {
    rule: 'ten jobs a page by default, up to fifty, with the total',
    account: { servers: sixty },
    when: async ({ smc, create }) => {
      for (const { sourceId } of sixty) await create({ sourceId });
      const pages = [{}, { pageSize: 50, pageNumber: 2 }];
      const answers = await Promise.all(pages.map((page) => smc.describeReplicationJobs(page)));
      return answers.map((a) => [a.pageNumber, a.pageSize, a.totalCount, a.replicationJobs.length]);
    },
    gives: [
      [1, 10, 60, 10],
      [2, 50, 60, 10],
    ],
  },
  {
    rule: 'filters are ANDed',
    when: async ({ smc, create, sync }) => {
      const app = { sourceId: 's-app', regionId: 'cn-beijing', targetType: 'Instance', instanceId: 'i-9' };
      const tags = [{ key: 'app', value: 'shop' }];
      const first = await sync({ name: 'first', tags });
      const second = await create({ ...app, name: 'second', jobType: 1, tags });
      const filters = [
        {},
        { jobIds: [first, 'j-none'] },
        { sourceIds: ['s-app'], jobIds: [first, second] },
        { name: 'first', status: 'Ready' },
        { regionId: region },
        { status: 'Running', businessStatus: 'Syncing' },
        { instanceIds: ['i-9'] },
        { jobType: 1 },
        { tags: [{ key: 'app', value: 'shop' }] },
        { tags: [{ key: 'app', value: 'other' }] },
      ];
      const answers = await Promise.all(filters.map((filter) => smc.describeReplicationJobs(filter)));
      return answers.map((answer) => answer.replicationJobs.map(({ name }) => name).join());
    },
    gives: ['first,second', 'first', 'second', '', 'first', 'first', 'second', 'second', 'first,second', ''],
  },
  {
    rule: 'BusinessStatus goes through Preparing, Syncing, Processing and Cleaning, Progress to 100',
    when: async ({ start, account, job }) => {
      const jobId = await start();
      const seen: unknown[] = [];
      for (const seconds of [10, 300, 500, 170, 20]) {
        account.skip(seconds);
        const { status, businessStatus, progress } = (await job(jobId))!;
        seen.push([status, businessStatus, progress! > 0 && progress! <= 100]);
      }
      return seen;
    },
    gives: [
      ['Running', 'Preparing', true],
      ['Running', 'Syncing', true],
      ['Running', 'Processing', true],
      ['Running', 'Cleaning', true],
      ['Finished', undefined, true],
    ],
  },
  {
    rule: 'a job shows its times, its image and its runs',
    when: async ({ start, account, job }) => {
      const jobId = await start();
      account.skip(1000);
      return job(jobId);
    },
    gives: expect.objectContaining({
      creationTime: expect.stringMatching(/Z$/),
      startTime: expect.stringMatching(/Z$/),
      endTime: expect.stringMatching(/Z$/),
      imageId: expect.stringMatching(/^m-/),
      replicationJobRuns: [
        expect.objectContaining({ type: 'Manual', imageId: expect.stringMatching(/^m-/) }),
      ],
    }),
  },
  {
    rule: 'runs by the clock are of the type Schedule',
    when: async ({ wait, account, job }) => {
      const jobId = await wait();
      account.skip(13 * 3600);
      return (await job(jobId))?.replicationJobRuns.map(({ type }) => type);
    },
    gives: ['Manual', 'Schedule'],
  },
  {
    rule: 'a job in error shows its code and its words',
    account: {
      faults: { jobs: [{ source: 'web', fail: { errorCode: 'InternalError', statusInfo: '{"a":1}' } }] },
    },
    when: async ({ start, account, job }) => {
      const jobId = await start();
      account.skip(1000);
      return job(jobId);
    },
    gives: expect.objectContaining({ status: 'InError', errorCode: 'InternalError', statusInfo: '{"a":1}' }),
  },
  {
    rule: 'the intermediate instance is shown while it is there',
    when: async ({ start, account, job }) => {
      const jobId = await start();
      const during = (await job(jobId))?.transitionInstanceId;
      account.skip(1000);
      return [during, (await job(jobId))?.transitionInstanceId];
    },
    gives: [expect.stringMatching(/^i-/), undefined],
  },
]);
