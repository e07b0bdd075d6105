import { holdRules, outcomeOf } from '../an-account';

holdRules('CutOverReplicationJob', [
  {
    rule: 'SyncData=false releases the instance and finishes at once',
    when: async ({ smc, wait, job, account }) => {
      const jobId = await wait();
      await smc.cutOverReplicationJob({ jobId, syncData: false });
      return [(await job(jobId))?.status, account.audit().instances.now, account.audit().images.total];
    },
    gives: ['Finished', 0, 1],
  },
  {
    rule: 'SyncData=true runs one last sync first, with a final image',
    when: async ({ smc, wait, job, account }) => {
      const jobId = await wait();
      await smc.cutOverReplicationJob({ jobId, syncData: true });
      const during = (await job(jobId))?.status;
      account.skip(1000);
      return [during, (await job(jobId))?.status, account.audit().images.total];
    },
    gives: ['Running', 'Finished', 2],
  },
  {
    rule: 'needs Waiting',
    when: async ({ smc, create, start }) =>
      Promise.all(
        [await create(), await start({ sourceId: 's-app' })].map((jobId) =>
          outcomeOf(smc.cutOverReplicationJob({ jobId })),
        ),
      ),
    gives: ['ReplicationJob.InvalidStatus', 'ReplicationJob.InvalidStatus'],
  },
]);
