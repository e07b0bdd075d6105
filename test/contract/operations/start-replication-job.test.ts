import { holdRules, outcomeOf, times } from '../an-account';

holdRules('StartReplicationJob', [
  {
    rule: 'from Ready and from Stopped, resuming where it was',
    when: async ({ smc, sync, job }) => {
      const jobId = await sync();
      await smc.stopReplicationJob({ jobId });
      const stopped = (await job(jobId))!;
      await smc.startReplicationJob({ jobId });
      const again = (await job(jobId))!;
      return [stopped.status, again.status, again.progress === stopped.progress && again.progress! > 0];
    },
    gives: ['Stopped', 'Running', true],
  },
  {
    rule: 'from InError',
    account: { faults: { jobs: [{ source: 'web', runs: 1, fail: { atProgress: 50 } }] } },
    when: async ({ smc, start, account, job }) => {
      const jobId = await start();
      account.skip(1000);
      await smc.startReplicationJob({ jobId });
      const { status, errorCode } = (await job(jobId))!;
      return [status, errorCode];
    },
    gives: ['Running', undefined],
  },
  {
    rule: 'not while it runs, and the refusal names what it met and what it takes',
    when: async ({ raw, start }) => {
      const { Code, Message } = await raw('StartReplicationJob', { jobId: await start() });
      return `${Code}: ${Message}`;
    },
    gives:
      'ReplicationJob.InvalidStatus: The specified replication job status: Running is invalid. This operation can only be performed in the following status: Ready, Stopped, InError.',
  },
  {
    rule: 'not when it has finished, or expired',
    when: async ({ smc, start, create, account, skipDays }) => {
      const finished = await start();
      const expired = await create({ sourceId: 's-app' });
      account.skip(1000);
      skipDays(31);
      return Promise.all([finished, expired].map((jobId) => outcomeOf(smc.startReplicationJob({ jobId }))));
    },
    gives: ['ReplicationJob.InvalidStatus', 'ReplicationJob.InvalidStatus'],
  },
  {
    rule: 'not when its source is offline',
    when: async ({ smc, create, account }) => {
      const jobId = await create();
      account.sources.get('s-web')!.offline = true;
      return smc.startReplicationJob({ jobId });
    },
    gives: 'SourceServerState.Invalid',
  },
  {
    rule: '50 run at once by default: one more is a QuotaExceeded',
    account: { servers: times(51, (n) => ({ sourceId: `s-${n}`, name: `n-${n}` })) },
    when: async ({ start, account }) => {
      for (let n = 0; n < 50; n++) await start({ sourceId: `s-${n}` });
      return [await outcomeOf(start({ sourceId: 's-50' })), account.audit().jobs.running];
    },
    gives: [expect.stringMatching(/^QuotaExceeded\./), 50],
  },
]);
