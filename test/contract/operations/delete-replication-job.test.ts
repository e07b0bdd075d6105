import { holdRules, outcomeOf } from '../an-account';

holdRules('DeleteReplicationJob', [
  {
    rule: 'not while it runs',
    when: async ({ smc, start }) => smc.deleteReplicationJob({ jobId: await start() }),
    gives: 'ReplicationJob.InvalidStatus',
  },
  {
    rule: 'asynchronous: Deleting for a while and counted, then not listed any more',
    account: { deletingSeconds: 30 },
    when: async ({ smc, create, job, account }) => {
      const jobId = await create();
      await smc.deleteReplicationJob({ jobId });
      const during = [(await job(jobId))?.status, account.audit().jobs.existing];
      account.skip(30);
      return [...during, await job(jobId), account.audit().jobs.existing];
    },
    gives: ['Deleting', 1, undefined, 0],
  },
  {
    rule: 'cannot be undone: no operation takes a job that is being deleted or gone',
    when: async ({ smc, create, account }) => {
      const jobId = await create();
      const all = () =>
        Promise.all(
          [
            smc.startReplicationJob({ jobId }),
            smc.stopReplicationJob({ jobId }),
            smc.deleteReplicationJob({ jobId }),
            smc.cutOverReplicationJob({ jobId }),
            smc.modifyReplicationJobAttribute({ jobId, name: 'renamed' }),
          ].map(outcomeOf),
        );
      await smc.deleteReplicationJob({ jobId });
      const during = new Set(await all());
      account.skip(5);
      return [[...during], [...new Set(await all())]];
    },
    gives: [['ReplicationJob.InvalidStatus'], ['InvalidJobId.NotFound']],
  },
  {
    rule: 'releases the intermediate instance of a job InError',
    account: { faults: { jobs: [{ source: 'web', fail: { atProgress: 50 } }] } },
    when: async ({ smc, start, account }) => {
      const jobId = await start();
      account.skip(1000);
      const before = account.audit().instances.leaked;
      await smc.deleteReplicationJob({ jobId });
      return [before, account.audit().instances.now];
    },
    gives: [1, 0],
  },
  {
    rule: 'leaves the image of a finished job',
    when: async ({ smc, start, account }) => {
      const jobId = await start();
      account.skip(1000);
      await smc.deleteReplicationJob({ jobId });
      account.skip(5);
      return account.audit().images.total;
    },
    gives: 1,
  },
]);
