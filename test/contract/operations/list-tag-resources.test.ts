import type { SourceOptions } from '../../../src/simulator';
import { holdRules, times } from '../an-account';

const tagged: SourceOptions[] = [
  { sourceId: 's-1', name: 'n-1', tags: { app: 'shop', env: 'test' } },
  { sourceId: 's-2', name: 'n-2', tags: { app: 'shop' } },
  { sourceId: 's-3', name: 'n-3' },
];
const type = { resourceType: 'sourceserver' as const };

holdRules('ListTagResources', [
  {
    rule: 'each tag with its resource and its type',
    account: { servers: tagged },
    when: async ({ smc }) => (await smc.listTagResources({ ...type, resourceIds: ['s-2'] })).tagResources,
    gives: [
      {
        resourceId: 's-2',
        resourceType: 'ALIYUN::SMC::SOURCESERVER',
        tagKey: 'app',
        tagValue: 'shop',
      },
    ],
  },
  {
    rule: 'all given tags must match, with any value where none is given',
    account: { servers: tagged },
    when: async ({ smc }) => {
      const idsWith = async (...tags: { key: string; value?: string }[]) => {
        const { tagResources } = await smc.listTagResources({ ...type, tags });
        return [...new Set(tagResources.map(({ resourceId }) => resourceId))].join();
      };
      return [
        await idsWith({ key: 'app' }),
        await idsWith({ key: 'app', value: 'shop' }, { key: 'env' }),
        await idsWith({ key: 'app', value: 'other' }),
        await idsWith(),
      ];
    },
    gives: ['s-1,s-2', 's-1', '', 's-1,s-2'],
  },
  {
    rule: 'NextToken leads through the pages and is empty on the last',
    account: { servers: times(120, (n) => ({ name: `n-${n}`, tags: { a: '1' } })) },
    when: async ({ smc }) => {
      const first = await smc.listTagResources(type);
      const seen = new Set<string>();
      for await (const { resourceId } of smc.allTagResources(type)) seen.add(resourceId);
      return [first.tagResources.length, Boolean(first.nextToken), seen.size];
    },
    gives: [50, true, 120],
  },
  {
    rule: 'a NextToken of nobody is refused',
    when: ({ smc }) => smc.listTagResources({ ...type, nextToken: 'mine' }),
    gives: 'InvalidParameter.NextToken',
  },
  {
    rule: 'jobs are of another type than sources',
    when: async ({ smc, create }) => {
      await create({ tags: [{ key: 'app', value: 'shop' }] });
      const jobs = await smc.listTagResources({ resourceType: 'replicationjob', tags: [{ key: 'app' }] });
      const sources = await smc.listTagResources({ ...type, tags: [{ key: 'app' }] });
      return [jobs.tagResources.map(({ resourceType }) => resourceType), sources.tagResources];
    },
    gives: [['ALIYUN::SMC::REPLICATIONJOB'], []],
  },
  {
    rule: 'a resource that is not there is refused',
    when: ({ smc }) => smc.listTagResources({ ...type, resourceIds: ['s-none'] }),
    gives: 'InvalidResourceId.NotFound',
  },
]);
