import type { SourceFacts } from '../inventory';
import { type LedgerEntry, ledgerTags } from '../ledger';
import type { Plan, PlannedServer } from '../plan';
import type { AccountLook, Preview } from '../preview';
import { type Simulator, type SourceOptions, simulatorCredentials, startSimulator } from '../simulator';
import { createSmcClient, createTransport, type ReplicationJob } from '../smc';

const giB = 2 ** 30;

/**
 * A simulated account that looks like the user's: the plan's sources with their ids, names, disks, troubles and
 * ledger, their live jobs, and as many jobs of others as there are.
 */
export async function startRehearsalAccount(
  plan: Plan,
  { look, preview }: { look: AccountLook; preview: Preview },
  speed: number,
): Promise<Simulator> {
  const serverOf = new Map(
    preview.servers.map(({ server, sourceId }) => [
      sourceId,
      plan.servers.find(({ name }) => name === server),
    ]),
  );
  const migrated = new Map(
    preview.servers.flatMap((server) =>
      server.verdict === 'skip' ? [[server.sourceId, server] as const] : [],
    ),
  );
  const sources = [...look.sourcesById.values()].filter(
    (source) =>
      serverOf.has(source.sourceId) || plan.servers.some((server) => server.sourceName === source.name),
  );
  const ids = new Set(sources.map(({ sourceId }) => sourceId));
  const live = look.jobs.filter(
    ({ sourceId, status }) => ids.has(sourceId ?? '') && status !== 'Finished' && status !== 'Deleting',
  );
  const { others, strays } = preview.account.jobs;
  const foreign = live.filter(({ jobId }) => look.owners.get(jobId)?.batch !== plan.name);
  // Those of no server of the plan are as good as others'.
  const strayJobs = look.jobs.filter((job) => strays.jobIds.includes(job.jobId) && !live.includes(job));
  const isRunning = ({ status }: ReplicationJob) => status === 'Running';
  const existing = others.existing - foreign.length + strayJobs.length;
  const simulator = await startSimulator({
    servers: sources.map((source) =>
      sourceOptions(source, serverOf.get(source.sourceId), migrated.get(source.sourceId)),
    ),
    seed: plan.name,
    speed,
    jobsQuota: plan.account.quota.jobs,
    runningQuota: plan.account.quota.running,
    vSwitches: Object.fromEntries(
      plan.servers.flatMap(({ job }) => (job.vSwitchId ? [[job.vSwitchId, job.vpcId ?? 'vpc']] : [])),
    ),
    faults: {
      sources: sources.filter(({ trouble }) => trouble).map(sourceFault),
      foreignJobs: [
        {
          existing,
          running: Math.min(
            existing,
            others.running - foreign.filter(isRunning).length + strayJobs.filter(isRunning).length,
          ),
        },
      ],
    },
  });
  await recreateJobs(simulator, live, look).catch(async (error) => {
    await simulator.close();
    throw error;
  });
  return simulator;
}

/** The plan without what waits for somebody or for a time of day, and with incremental servers migrated once. */
export function rehearsedPlan(plan: Plan): Plan {
  return {
    ...plan,
    policy: {
      ...plan.policy,
      lockoutDates: [],
      restartDelaySeconds: Math.min(1, plan.policy.restartDelaySeconds),
    },
    waves: plan.waves.map(({ name, failureThreshold, overlap }) => ({ name, failureThreshold, overlap })),
    servers: plan.servers.map(({ cutoverAt: _, job, ...server }) => {
      const { scheduledStartTime, validTime, runOnce, frequency, maxNumberOfImageToKeep, ...rest } = job;
      return { ...server, job: rest };
    }),
  };
}

function sourceOptions(
  source: SourceFacts,
  server: PlannedServer | undefined,
  migrated: LedgerEntry | undefined,
): SourceOptions {
  const targets = new Map(server?.job.dataDisks?.map(({ index, size }) => [index, size]));
  const last = Math.max(0, ...source.dataDisks.map(({ index }) => index));
  const dataDisks = Array.from({ length: last }, (_, i) => {
    const disk = source.dataDisks.find(({ index }) => index === i + 1);
    // The simulator numbers its disks without gaps.
    return { sizeGiB: disk?.sizeGiB ?? 20, usedGiB: disk ? usedGiB(disk, targets.get(i + 1)) : 0 };
  });
  return {
    sourceId: source.sourceId,
    name: source.name,
    os: source.isWindows ? 'windows' : 'linux',
    systemDiskGiB: source.systemDisk.sizeGiB,
    usedGiB: usedGiB(source.systemDisk, server?.job.systemDiskSize),
    dataDisks,
    ...(migrated && {
      tags: {
        [ledgerTags.batch]: migrated.batch,
        ...(migrated.image && { [ledgerTags.image]: migrated.image }),
      },
    }),
  };
}

/** As full as it can be, but such that the target is large enough: whether it is shows only the real service. */
function usedGiB(
  { sizeGiB = 40, partitionsBytes }: SourceFacts['systemDisk'],
  target = Number.POSITIVE_INFINITY,
): number {
  const most = partitionsBytes === undefined ? sizeGiB : partitionsBytes / giB;
  return Math.max(1, Math.min(most, target - 1));
}

function sourceFault({ sourceId, trouble }: SourceFacts) {
  return trouble!.code === 'SourceServer.Offline'
    ? { source: sourceId, offline: true as const }
    : { source: sourceId, error: { error_code: trouble!.code, error_msg: trouble!.message } };
}

/** Live jobs of the plan's sources: ours will be adopted, others' will be in the way. */
async function recreateJobs(simulator: Simulator, jobs: ReplicationJob[], look: AccountLook): Promise<void> {
  const credentials = async () => simulatorCredentials;
  const smc = createSmcClient(createTransport({ endpoint: simulator.endpoint, credentials }));
  try {
    for (const { jobId, sourceId, regionId = 'cn-hangzhou', status } of jobs) {
      const owner = look.owners.get(jobId);
      const tags = [
        { key: ledgerTags.batch, value: owner?.batch },
        { key: ledgerTags.server, value: owner?.server },
      ].filter(({ value }) => value);
      // A source that is offline has no job in the simulator either way.
      if (look.sourcesById.get(sourceId!)?.trouble) continue;
      const made = await smc.createReplicationJob({
        regionId,
        sourceId: sourceId!,
        systemDiskSize: 2048,
        tags,
      });
      if (status === 'Running') await smc.startReplicationJob({ jobId: made.jobId });
    }
  } finally {
    await smc.close();
  }
}
