import { type Account, holdRules, times } from '../an-account';

const web = { resourceType: 'sourceserver' as const, resourceIds: ['s-web'] };
const tagsOf = async ({ smc }: Account) =>
  (await smc.listTagResources(web)).tagResources.map(({ tagKey, tagValue }) => `${tagKey}=${tagValue}`);

holdRules('TagResources', [
  {
    rule: 'a tag of the same key gets the new value, others stay',
    when: async (account) => {
      await account.smc.tagResources({
        ...web,
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '1' },
        ],
      });
      await account.smc.tagResources({ ...web, tags: [{ key: 'a', value: '2' }] });
      return tagsOf(account);
    },
    gives: ['a=2', 'b=1'],
  },
  {
    rule: 'fifty resources in one request',
    account: { servers: times(50, (n) => ({ sourceId: `s-${n}`, name: `n-${n}` })) },
    when: async ({ smc, account }) => {
      await smc.tagResources({
        resourceType: 'sourceserver',
        resourceIds: times(50, (n) => `s-${n}`),
        tags: [{ key: 'a', value: '1' }],
      });
      return [...account.sources.values()].filter(({ tags }) => tags.length === 1).length;
    },
    gives: 50,
  },
  {
    rule: 'twenty tags at most on a resource',
    when: async ({ smc }) => {
      await smc.tagResources({ ...web, tags: times(20, (n) => ({ key: `k${n}`, value: 'v' })) });
      return smc.tagResources({ ...web, tags: [{ key: 'one-more', value: 'v' }] });
    },
    gives: 'NumberExceed.Tags',
  },
  {
    rule: 'a resource that is not there refuses the whole request',
    when: async (account) => {
      const request = { ...web, resourceIds: ['s-web', 's-none'], tags: [{ key: 'a', value: '1' }] };
      const { Code } = await account.raw('TagResources', request);
      return [Code, await tagsOf(account)];
    },
    gives: ['InvalidResourceId.NotFound', []],
  },
  {
    rule: 'jobs can be tagged too, and show it',
    when: async ({ smc, create, job }) => {
      const jobId = await create();
      const tags = [{ key: 'a', value: '1' }];
      await smc.tagResources({ resourceType: 'replicationjob', resourceIds: [jobId], tags });
      return (await job(jobId))?.tags;
    },
    gives: [{ key: 'a', value: '1' }],
  },
]);
