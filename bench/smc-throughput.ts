/**
 * `node dist/bench/smc-throughput.js`: how many requests a second the simulator and our client do on the loopback, each
 * in a process of its own, over an account of 10,000 sources and 1,000 jobs; and what that means for a rehearsal.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Simulator, simulatorCredentials, startSimulator } from '../src/simulator';
import { createSmcClient, createTransport, type SmcClient } from '../src/smc';

const sourceCount = 10_000;
const jobCount = 1_000;
/** Calls under way at once: as many as the transport keeps connections. */
const concurrency = 16;
/** A server's migration: create, start, tag, delete, and its share of the polls and of the survey. */
const callsPerServer = 6;

if (process.send) serveAccount();
else void measureAll();

/** The child: the account over HTTP, until its parent goes. */
async function serveAccount(): Promise<void> {
  const servers = Array.from({ length: sourceCount }, (_, n) => ({
    sourceId: `s-${n}`,
    name: `server-${n}`,
  }));
  const simulator: Simulator = await startSimulator({ servers, jobsQuota: jobCount, runningQuota: jobCount });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ endpoint: simulator.endpoint });
}

async function measureAll(): Promise<void> {
  const child = fork(__filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const smc = createSmcClient(
    createTransport({
      endpoint: await endpointOf(child),
      credentials: async () => simulatorCredentials,
      connections: concurrency,
    }),
  );
  try {
    // Both processes compile what they run often: only then it is measured.
    await rateOf(1_000, () => smc.describeReplicationJobs({}));
    const jobIds: string[] = [];
    const create = await rateOf(jobCount, async (n) => {
      const { jobId } = await smc.createReplicationJob({
        regionId: 'cn-hangzhou',
        sourceId: `s-${n}`,
        systemDiskSize: 40,
        clientToken: `bench-${n}`,
        tags: [{ key: 'smc-batch', value: 'bench' }],
      });
      jobIds.push(jobId);
    });
    const start = await rateOf(jobCount, (n) => smc.startReplicationJob({ jobId: jobIds[n]! }));
    const one = await rateOf(3_000, (n) => describe(smc, [jobIds[n % jobCount]!]));
    const fifty = await rateOf(600, (n) => {
      const from = (n * 50) % jobCount;
      return describe(smc, jobIds.slice(from, from + 50));
    });
    report({ create, start, 'describe 1 job': one, 'describe 50 jobs': fifty });
  } finally {
    await smc.close();
    child.disconnect();
  }
}

async function endpointOf(child: ChildProcess): Promise<string> {
  const [message] = (await once(child, 'message')) as [{ endpoint: string }];
  return message.endpoint;
}

const describe = async (smc: SmcClient, jobIds: string[]): Promise<void> => {
  const { replicationJobs } = await smc.describeReplicationJobs({ jobIds, pageSize: 50 });
  if (replicationJobs.length !== jobIds.length) throw new Error('not every job was listed');
};

/** Calls a second, so many of them under way at once. */
async function rateOf(calls: number, call: (n: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < calls) await call(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return calls / ((performance.now() - began) / 1000);
}

function report(rates: Record<string, number>): void {
  console.log(`${sourceCount} sources, ${jobCount} jobs, ${concurrency} calls at once, two processes:`);
  for (const [what, rate] of Object.entries(rates))
    console.log(`  ${what.padEnd(18)}${Math.round(rate).toString().padStart(7)} requests a second`);
  // One call creates; the others are as light as a start.
  const { create = 1, start = 1 } = rates;
  const secondsPerServer = 1 / create + (callsPerServer - 1) / start;
  console.log(
    `A rehearsal of ${sourceCount} servers makes about ${callsPerServer} calls a server: ` +
      `${Math.ceil(sourceCount * secondsPerServer)} s of calls in all, ` +
      `so client and simulator carry about ${Math.round(1 / secondsPerServer)} servers a second.`,
  );
}
