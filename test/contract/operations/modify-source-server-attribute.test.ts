import { holdRules } from '../an-account';

holdRules('ModifySourceServerAttribute', [
  {
    rule: 'name and description are changed, each on its own',
    when: async ({ smc, source }) => {
      await smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'shop 1' });
      await smc.modifySourceServerAttribute({ sourceId: 's-web', description: 'The shop' });
      return source();
    },
    gives: expect.objectContaining({ name: 'shop 1', description: 'The shop' }),
  },
  {
    rule: 'in any state: while its job runs',
    when: async ({ smc, start, source }) => {
      await start();
      await smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'shop' });
      return source();
    },
    gives: expect.objectContaining({ state: 'InUse', name: 'shop' }),
  },
  {
    rule: 'in any state: offline',
    account: { faults: { sources: [{ source: 'web', offline: true }] } },
    when: async ({ smc, source }) => {
      await smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'shop' });
      return source();
    },
    gives: expect.objectContaining({ state: 'Unavailable', name: 'shop' }),
  },
  {
    rule: 'the name of another source is refused',
    when: ({ smc }) => smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'app' }),
    gives: 'SourceServerName.Duplicate',
  },
  {
    rule: 'its own name is no duplicate',
    when: async ({ smc, source }) => {
      await smc.modifySourceServerAttribute({ sourceId: 's-web', name: 'web' });
      return (await source())?.name;
    },
    gives: 'web',
  },
  {
    rule: 'a source that is not there is refused',
    when: ({ smc }) => smc.modifySourceServerAttribute({ sourceId: 's-none', name: 'shop' }),
    gives: 'InvalidSourceId.NotFound',
  },
]);
