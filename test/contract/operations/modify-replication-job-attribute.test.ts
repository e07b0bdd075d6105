import { type Account, holdRules, inDays, outcomeOf } from '../an-account';

type Status = 'Ready' | 'Running' | 'Stopped' | 'InError' | 'Waiting' | 'Finished' | 'Expired';

/** A job in that status. */
async function jobIn(account: Account, status: Status): Promise<string> {
  const { smc, create, sync, wait, start } = account;
  if (status === 'Ready') return create();
  if (status === 'Waiting') return wait();
  if (status === 'Expired') {
    const expiring = await create();
    account.skipDays(31);
    return expiring;
  }
  if (status === 'InError' || status === 'Finished') {
    const jobId = await start({ sourceId: status === 'InError' ? 's-app' : 's-web' });
    account.account.skip(1000);
    return jobId;
  }
  const jobId = await sync();
  if (status === 'Stopped') await smc.stopReplicationJob({ jobId });
  return jobId;
}

const appFails = { faults: { jobs: [{ source: 'app', fail: { atProgress: 50 } }] } };
const statuses: Status[] = ['Ready', 'Running', 'Stopped', 'InError', 'Waiting', 'Finished', 'Expired'];

/** In which statuses a change is taken. */
const takenIn = (change: object) => async (account: Account) => {
  const taken: Status[] = [];
  for (const status of statuses) {
    const jobId = await jobIn(account, status);
    const { status: before } = (await account.job(jobId))!;
    if (before !== status) throw new Error(`the job is ${before}, not ${status}`);
    const code = await outcomeOf(account.smc.modifyReplicationJobAttribute({ jobId, ...change }));
    if (typeof code !== 'string') taken.push(status);
    else if (code !== 'ReplicationJob.InvalidStatus') throw new Error(`${status}: ${code}`);
    // The next status begins with free sources.
    account.account.dropJob(account.account.jobs.get(jobId)!);
  }
  return taken;
};

holdRules('ModifyReplicationJobAttribute', [
  {
    rule: 'Name at any time',
    account: appFails,
    when: takenIn({ name: 'renamed' }),
    gives: statuses,
  },
  {
    rule: 'Description at any time',
    account: appFails,
    when: takenIn({ description: 'described' }),
    gives: statuses,
  },
  {
    rule: 'Frequency and MaxNumberOfImageToKeep before the first run or in Waiting',
    account: appFails,
    when: takenIn({ frequency: 6, maxNumberOfImageToKeep: 3 }),
    gives: ['Ready', 'Waiting'],
  },
  {
    rule: 'ValidTime in Ready, Running, Stopped, InError and Waiting',
    account: appFails,
    when: takenIn({ validTime: inDays(60) }),
    gives: ['Ready', 'Running', 'Stopped', 'InError', 'Waiting'],
  },
  {
    rule: 'everything else only before the first run',
    account: appFails,
    when: takenIn({ systemDiskSize: 60 }),
    gives: ['Ready'],
  },
  {
    rule: 'the newer parameters too, and a new layout of disks replaces the old one',
    when: async ({ smc, create, job }) => {
      const jobId = await create({ licenseType: 'BYOL', disks: { data: [{ size: 20 }, { size: 30 }] } });
      await smc.modifyReplicationJobAttribute({
        jobId,
        launchTemplateId: 'lt-2',
        disks: { data: [{ size: 40 }] },
      });
      const { licenseType, launchTemplateId, disks } = (await job(jobId))!;
      return [licenseType, launchTemplateId, disks?.data.map(({ size }) => size)];
    },
    gives: ['BYOL', 'lt-2', [40]],
  },
  {
    rule: 'TargetType for Linux sources only',
    when: async ({ smc, create }) => {
      const jobId = await create({ sourceId: 's-win' });
      return smc.modifyReplicationJobAttribute({ jobId, targetType: 'Image' });
    },
    gives: 'InvalidParameter.TargetType',
  },
  {
    rule: 'the name of another job is refused',
    when: async ({ smc, create }) => {
      await create({ name: 'taken' });
      return smc.modifyReplicationJobAttribute({
        jobId: await create({ sourceId: 's-app' }),
        name: 'taken',
      });
    },
    gives: 'ReplicationJobName.Duplicate',
  },
  {
    rule: 'a data disk that the source has not is refused',
    when: async ({ smc, create }) =>
      smc.modifyReplicationJobAttribute({ jobId: await create(), dataDisks: [{ index: 9, size: 20 }] }),
    gives: 'ReplicationJobDataDiskIndex.Invalid',
  },
  {
    rule: 'a new start time starts the job then',
    when: async ({ smc, create, job, skipDays }) => {
      const jobId = await create();
      await smc.modifyReplicationJobAttribute({ jobId, scheduledStartTime: inDays(1) });
      skipDays(1);
      return (await job(jobId))?.status;
    },
    gives: 'Running',
  },
]);
