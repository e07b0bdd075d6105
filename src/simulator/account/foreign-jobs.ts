import { planRun } from '../jobs/run-plan';
import type { SimulatedAccount } from './account';

/**
 * Sets the number of other tools' jobs to that of the present step, and plans the next step. They are real jobs with
 * sources of their own: they are listed, and they use the quota, but never exceed it.
 */
export function followForeignJobs(account: SimulatedAccount): void {
  const { foreignSteps, epoch, time, options } = account;
  const timeOf = (step: { atSeconds: number }) => epoch + step.atSeconds * 1000;
  const current = foreignSteps.findLast((step) => timeOf(step) <= time) ?? { existing: 0, running: 0 };
  const next = foreignSteps.find((step) => timeOf(step) > time);
  account.schedule({ due: account.due, sourceId: 'account' }, 'foreignJobs', next && timeOf(next));

  const foreign = account.jobList().filter((job) => job.foreign);
  const runs = foreign.filter((job) => job.status === 'Running');
  const rests = foreign.filter((job) => job.status !== 'Running');
  const drop = (jobs: typeof foreign) => {
    for (const job of jobs) {
      account.dropJob(job);
      account.dropSource(account.sources.get(job.sourceId)!);
    }
  };
  drop(runs.slice(current.running));
  drop(rests.slice(current.existing - current.running));
  for (let n = runs.length; n < current.running && account.running < options.runningQuota; n++) {
    if (account.jobs.size >= options.jobsQuota) return;
    addForeignJob(account, true);
  }
  for (let n = rests.length; n < current.existing - current.running; n++) {
    if (account.jobs.size >= options.jobsQuota) return;
    addForeignJob(account, false);
  }
}

function addForeignJob(account: SimulatedAccount, runs: boolean): void {
  const jobId = account.nextId('j');
  const source = account.addSource({ name: `other-tool-${jobId.slice(-6)}` });
  source.foreign = true;
  account.addJob({
    jobId,
    sourceId: source.sourceId,
    regionId: 'cn-hangzhou',
    settings: {
      name: `other-tool-${jobId.slice(-6)}`,
      targetType: 'Image',
      validTime: account.time + 90 * 86_400_000,
      systemDiskSize: source.systemDisk.sizeGiB,
      systemDiskParts: [],
      dataDisks: [],
      netMode: 0,
      runOnce: true,
      kept: {},
    },
    status: 'Ready',
    createdAt: account.time,
    progress: 0,
    transferredShare: 0,
    synced: false,
    runs: [],
    imageIds: [],
    tags: [],
    foreign: true,
    due: {},
  });
  if (!runs) return;
  const job = account.jobs.get(jobId)!;
  job.startTime = account.time;
  const hour = 3_600_000;
  job.run = planRun(
    { preparing: 0, syncing: hour, processing: 0, cleaning: 0 },
    {
      type: 'Manual',
      final: false,
      startedAt: account.time,
      fromShare: 0,
      break: { kind: 'stall', atProgress: 50 },
    },
  );
  account.setStatus(job, 'Running');
}
