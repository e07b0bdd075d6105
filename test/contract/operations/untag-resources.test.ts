import { type Account, holdRules } from '../an-account';

const account = { servers: [{ sourceId: 's-web', name: 'web', tags: { a: '1', b: '2', c: '3' } }] };
const web = { resourceType: 'sourceserver' as const, resourceIds: ['s-web'] };
const keysAfter =
  (request: { tagKeys?: string[]; all?: boolean }) =>
  async ({ smc }: Account) => {
    await smc.untagResources({ ...web, ...request });
    return (await smc.listTagResources(web)).tagResources.map(({ tagKey }) => tagKey);
  };

holdRules('UntagResources', [
  {
    rule: 'the named keys go; one that is not there is no error',
    account,
    when: keysAfter({ tagKeys: ['a', 'none'] }),
    gives: ['b', 'c'],
  },
  { rule: 'All takes every tag when no key is given', account, when: keysAfter({ all: true }), gives: [] },
  {
    rule: 'All does not count when keys are given',
    account,
    when: keysAfter({ all: true, tagKeys: ['c'] }),
    gives: ['a', 'b'],
  },
  {
    rule: 'a resource that is not there is refused',
    account,
    when: ({ smc }) => smc.untagResources({ ...web, resourceIds: ['s-none'], all: true }),
    gives: 'InvalidResourceId.NotFound',
  },
]);
