/**
 * The script one writes without smc-batch: a pool of workers, each of which creates a job, starts it, looks at it every
 * few seconds and deletes it, in the order in which the account lists its sources. It keeps nothing and repeats nothing:
 * when it dies, somebody cleans up by hand.
 *
 * SMC_ENDPOINT=… SMC_POLL_INTERVAL=… node dist/bench/naive-script.js [workers]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSmcClient, createTransport, defaultCredentials, type SmcClient } from '../src/smc';

if (require.main === module) void main();

async function main(): Promise<void> {
  const transport = createTransport({
    endpoint: process.env.SMC_ENDPOINT,
    credentials: defaultCredentials(),
    connections: 50,
  });
  const smc = createSmcClient(transport);
  const workers = Number(process.argv[2] ?? 50);
  await migrateAll(smc, workers, Number(process.env.SMC_POLL_INTERVAL ?? 30));
  await smc.close();
}

/** Migrates every source of the account, so many at a time. */
export async function migrateAll(smc: SmcClient, workers: number, pollSeconds: number): Promise<void> {
  const sourceIds: string[] = [];
  for await (const { sourceId } of smc.allSourceServers({})) sourceIds.push(sourceId);
  const work = async () => {
    for (let sourceId = sourceIds.shift(); sourceId; sourceId = sourceIds.shift())
      await migrate(smc, sourceId, pollSeconds);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function migrate(smc: SmcClient, sourceId: string, pollSeconds: number): Promise<void> {
  const { jobId } = await smc.createReplicationJob({
    regionId: 'cn-hangzhou',
    sourceId,
    systemDiskSize: 500,
    vSwitchId: 'vsw-simulator-a',
    netMode: 2,
  });
  await smc.startReplicationJob({ jobId });
  for (;;) {
    await sleep(pollSeconds * 1000);
    const { replicationJobs } = await smc.describeReplicationJobs({ jobIds: [jobId] });
    const status = replicationJobs[0]?.status;
    if (status === 'Finished') break;
    if (status !== 'Running') throw new Error(`job ${jobId} of ${sourceId} is ${status}`);
  }
  await smc.deleteReplicationJob({ jobId });
}
