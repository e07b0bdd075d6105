import { holdRules, outcomeOf } from '../an-account';

holdRules('StopReplicationJob', [
  {
    rule: 'only while it is Syncing: ReplicationJob.InvalidBusinessStatus before and after',
    when: async ({ smc, start, account, job }) => {
      const jobId = await start();
      const stop = () => outcomeOf(smc.stopReplicationJob({ jobId }));
      const before = await stop();
      account.skip(800);
      const after = await stop();
      return [before, after, (await job(jobId))?.status];
    },
    gives: ['ReplicationJob.InvalidBusinessStatus', 'ReplicationJob.InvalidBusinessStatus', 'Running'],
  },
  {
    rule: 'the 2020 edition says ReplicationJob.InvalidStatus for it',
    account: { newerFields: false },
    when: async ({ smc, start }) => smc.stopReplicationJob({ jobId: await start({ systemDiskSize: 40 }) }),
    gives: 'ReplicationJob.InvalidStatus',
  },
  {
    rule: 'a stopped job keeps its intermediate instance, and keeps billing',
    when: async ({ smc, sync, account, job }) => {
      const jobId = await sync();
      await smc.stopReplicationJob({ jobId });
      account.skip(7200);
      const { now, leaked, hours } = account.audit().instances;
      return [(await job(jobId))?.status, now, leaked, hours > 2];
    },
    gives: ['Stopped', 1, 1, true],
  },
  {
    rule: 'not when it does not run',
    when: async ({ smc, create, wait }) =>
      Promise.all(
        [await create(), await wait({ sourceId: 's-app' })].map((jobId) =>
          outcomeOf(smc.stopReplicationJob({ jobId })),
        ),
      ),
    gives: ['ReplicationJob.InvalidStatus', 'ReplicationJob.InvalidStatus'],
  },
]);
