import { holdRules, incremental, outcomeOf } from './an-account';

holdRules('what the service really does', [
  {
    rule: 'throttling is a 400: the code tells, not the HTTP status',
    account: { faults: { calls: [{ error: { code: 'Throttling.User', httpStatus: 400 } }] } },
    when: async ({ smc }) => {
      const error = await smc.describeSourceServers({}).catch((thrown) => thrown);
      return [error.facts.httpStatus, error.class];
    },
    gives: [400, 'throttled'],
  },
  {
    rule: 'a signature refusal is explained without the strings that were signed',
    when: async ({ smc, account }) => {
      account.setFaults({
        calls: [
          {
            operation: '*',
            afterEffect: false,
            error: {
              code: 'SignatureDoesNotMatch',
              message: 'Not matched. server string to sign is:GET&%2F&AccessKeyId%3Dother',
            },
          },
        ],
        jobs: [],
        sources: [],
        foreignJobs: [],
      });
      const error = await smc.describeSourceServers({}).catch((thrown) => thrown);
      return [error.message.includes('signed another string'), error.message.includes('%26')];
    },
    gives: [true, false],
  },
  {
    rule: 'a published example takes as long as it says: 10 GB at 10 Mbit/s, 2.27 h and 0.09 h',
    account: {
      jobSeconds: undefined,
      servers: [{ sourceId: 's-web', name: 'web', usedGiB: 10e9 / 2 ** 30 }],
      preparingSeconds: 0,
      cleaningSeconds: 0,
    },
    when: async ({ start, account, job }) => {
      const jobId = await start({ replicationParameters: '{"bandwidth_limit":10000}' });
      const seen: unknown[] = [];
      for (const hours of [2.2, 0.07, 0.1]) {
        account.skip(hours * 3600);
        const { businessStatus, status } = (await job(jobId))!;
        seen.push(businessStatus ?? status);
      }
      return seen;
    },
    gives: ['Syncing', 'Processing', 'Finished'],
  },
  {
    rule: 'a successful job releases its intermediate instance, an incremental one when it ends',
    when: async ({ start, wait, account, smc }) => {
      await start({ sourceId: 's-app' });
      const jobId = await wait();
      const waiting = account.audit().instances.now;
      await smc.cutOverReplicationJob({ jobId });
      return [waiting, account.audit().instances.now];
    },
    gives: [1, 0],
  },
  {
    rule: 'a job InError keeps its instance, and a restart resumes where the transfer broke',
    account: { faults: { jobs: [{ source: 'web', runs: 1, fail: { atProgress: 50 } }] } },
    when: async ({ start, account, job, smc }) => {
      const jobId = await start();
      account.skip(900);
      const { leaked } = account.audit().instances;
      await smc.startReplicationJob({ jobId });
      return [leaked, (await job(jobId))!.progress! >= 50];
    },
    gives: [1, true],
  },
  {
    rule: 'a source that is offline breaks its job, which cannot be restarted before the source is back',
    account: {
      jobSeconds: 3000,
      faults: { sources: [{ source: 'web', offline: [{ fromSeconds: 1000, toSeconds: 2000 }] }] },
    },
    when: async ({ start, account, job, smc }) => {
      const jobId = await start();
      account.skip(1500);
      const { status, errorCode } = (await job(jobId))!;
      const refused = await outcomeOf(smc.startReplicationJob({ jobId }));
      account.skip(600);
      await smc.startReplicationJob({ jobId });
      return [status, errorCode, refused, (await job(jobId))?.status];
    },
    gives: ['InError', 'SourceServer.Offline', 'SourceServerState.Invalid', 'Running'],
  },
  {
    rule: 'without a vSwitch each intermediate instance takes a VPC of the region, with one they share',
    account: { vpcQuota: 1 },
    when: async ({ start, account, job }) => {
      await start();
      const second = await start({ sourceId: 's-app' });
      const shared = await start({ sourceId: 's-win', netMode: 2, vSwitchId: 'vsw-simulator-a' });
      account.skip(1000);
      return [await job(second), await job(shared)].map((one) => [one?.status, one?.errorCode]);
    },
    gives: [
      ['InError', 'QuotaExceeded.Vpc'],
      ['Finished', undefined],
    ],
  },
  {
    rule: 'reads may lag writes: a new job is not listed, a deleted one still is',
    account: { readLagSeconds: 10 },
    when: async ({ create, account, job, smc }) => {
      const jobId = await create();
      const seen = [(await job(jobId))?.status];
      account.skip(10);
      await smc.deleteReplicationJob({ jobId });
      seen.push((await job(jobId))?.status);
      account.skip(10);
      return [...seen, (await job(jobId))?.status];
    },
    gives: [undefined, 'Ready', undefined],
  },
  {
    rule: 'only Ready, Stopped and InError jobs expire: a running and a waiting one are left alone',
    account: { jobSeconds: 40 * 86_400 },
    when: async ({ create, start, account, job }) => {
      const ready = await create();
      const running = await start({ sourceId: 's-app' });
      account.skip(31 * 86_400);
      return [(await job(ready))?.status, (await job(running))?.status];
    },
    gives: ['Expired', 'Running'],
  },
  {
    rule: 'an incremental job keeps only so many images',
    when: async ({ start, account }) => {
      await start({ ...incremental, frequency: 1, maxNumberOfImageToKeep: 2 });
      account.skip(5 * 3600);
      return account.images.size;
    },
    gives: 2,
  },
]);
