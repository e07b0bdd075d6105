/** What a part of the bench runs on: a Temporal server in memory, simulated accounts, workers in processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { batchClient } from '../src/batch-client/batch-client';
import type { Plan } from '../src/plan';
import {
  type Simulator,
  type SimulatorOptions,
  simulatorCredentials,
  startSimulator,
} from '../src/simulator';
import { connectClient, packageRoot, startDevServer } from '../src/temporal';

export interface Stage {
  address: string;
  client: Client;
  signal: AbortSignal;
  say(line: string): void;
  account(options: SimulatorOptions): Promise<Simulator>;
  /** A process of ours; gone with the stage at the latest. */
  spawn(script: string, options: SpawnOptions): ChildProcess;
  /** `smc-batch worker`, ready to work for this account. */
  worker(account: Simulator, pollSeconds: number): Promise<WorkerProcess>;
}

export interface SpawnOptions {
  args?: string[];
  env?: Record<string, string>;
}

interface WorkerProcess {
  pid: number;
}

export interface StageOptions {
  signal: AbortSignal;
  say(line: string): void;
}

let taskQueues = 0;

/** Runs the work on a stage of its own and clears it away, whatever happens. */
export async function onStage<T>(options: StageOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const { signal, say } = options;
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const { address } = temporal;
    const client = await connectClient({ address, namespace: 'default', connectionOptions: { address } });
    ends.push(() => client.connection.close());

    const spawnOurs = (script: string, { args = [], env = {} }: SpawnOptions) => {
      const child = spawn(process.execPath, [join(packageRoot(), 'dist', script), ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default', ...env },
      });
      ends.push(() => endProcess(child));
      return child;
    };
    const stage: Stage = {
      address,
      client,
      signal,
      say,
      spawn: spawnOurs,
      async account(simulatorOptions) {
        const simulator = await startSimulator(simulatorOptions);
        ends.push(() => simulator.close());
        return simulator;
      },
      async worker(account, pollSeconds) {
        // The batch client starts its workflows on this account's task queue.
        const taskQueue = `bench-${++taskQueues}`;
        process.env.SMC_TASK_QUEUE = taskQueue;
        const env = { ...accountEnv(account, pollSeconds), SMC_TASK_QUEUE: taskQueue };
        const child = spawnOurs('src/cli.js', { args: ['worker'], env });
        await untilSaid(child, 'Worker: Temporal');
        return { pid: child.pid! };
      },
    };
    return await untilAborted(work(stage), signal);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** The environment in which a process of ours finds the account. */
export const accountEnv = (account: Simulator, pollSeconds: number) => ({
  SMC_ENDPOINT: account.endpoint,
  SMC_POLL_INTERVAL: String(pollSeconds),
  ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
});

/** A plan for every source of the account, or for so many from one on. */
export function planFor(
  name: string,
  account: Simulator,
  part: { from?: number; count?: number } = {},
): Plan {
  const { jobsQuota, runningQuota } = account.account.options;
  const { from = 0, count = Number.POSITIVE_INFINITY } = part;
  const sources = [...account.account.sources.values()].slice(from, from + count);
  return {
    name,
    account: { id: name, quota: { jobs: jobsQuota, running: runningQuota } },
    policy: {
      maxConcurrent: runningQuota,
      attempts: 3,
      restartDelaySeconds: 60,
      jobTimeoutSeconds: 7 * 86_400,
      stallTimeoutSeconds: 6 * 3_600,
      onFailure: 'deleteJob',
      lockoutDates: [],
      priority: 0,
    },
    waves: [{ name: 'all', overlap: false }],
    servers: sources.map(({ sourceId, name: server }) => ({
      name: server,
      sourceId,
      wave: 'all',
      job: { regionId: 'cn-hangzhou', systemDiskSize: 500, vSwitchId: 'vsw-simulator-a', netMode: 2 },
    })),
  };
}

/** Runs the plan to its end and gives the milliseconds it took. Throws when not every server was migrated. */
export async function runBatch({ client, say }: Stage, plan: Plan, account: Simulator): Promise<number> {
  const total = plan.servers.length;
  const before = account.account.images.size;
  const beat = setInterval(
    () => say(`${plan.name}: ${account.account.images.size - before} of ${total} images`),
    10_000,
  );
  const batch = batchClient(client, plan.name);
  const began = performance.now();
  try {
    await batch.start(plan);
    await batch.result();
  } finally {
    clearInterval(beat);
  }
  const took = performance.now() - began;
  const made = account.account.images.size - before;
  if (made !== total) throw new Error(`${plan.name}: ${made} of ${total} servers were migrated`);
  return took;
}

/** Resolves when the process has exited well. */
export async function untilDone(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) throw new Error(`${child.spawnargs[1]} ended with ${code ?? signal}: ${said}`);
}

/** Resolves when the process has said so on stderr. */
export async function untilSaid(child: ChildProcess, text: string): Promise<string> {
  const heard = heardOf.get(child) ?? { said: '' };
  if (!heardOf.has(child)) {
    heardOf.set(child, heard);
    child.stderr?.on('data', (chunk) => {
      heard.said = `${heard.said}${chunk}`.slice(-4_000);
    });
  }
  if (heard.said.includes(text)) return heard.said;
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (heard.said.includes(text)) resolve(heard.said);
    });
    child.once('exit', (code, signal) =>
      reject(new Error(`${child.spawnargs[1]} ended with ${code ?? signal}: ${heard.said}`)),
    );
  });
}

/** What was said while nobody waited for it is not lost. */
const heardOf = new WeakMap<ChildProcess, { said: string }>();

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exited, sleep(8_000, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await exited;
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  // What is still under way when the stage is cleared away fails unheard.
  work.catch(() => undefined);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}
