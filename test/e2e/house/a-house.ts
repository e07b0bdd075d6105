import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type SpawnOptions, untilSaid } from '../../../bench/stage';
import { type BatchClient, batchClient } from '../../../src/batch-client/batch-client';
import { tagsOfJob } from '../../../src/ledger';
import type { Plan, PlannedServer, Policy, Wave } from '../../../src/plan';
import {
  type Faults,
  type Simulator,
  type SimulatorOptions,
  simulatorCredentials,
  startSimulator,
} from '../../../src/simulator';
import { createSmcClient, createTransport } from '../../../src/smc';
import { connectClient, packageRoot } from '../../../src/temporal';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { leaseGranted } from '../../../workflows/contract/quota-messages';
import type { BatchProgress } from '../../../workflows/contract/views';
import { breakThings } from '../../simulator/harness';
import { type HostedWorker, startHostedWorker } from './hosted-worker';
import { runCli } from './run-cli';

export interface HouseOptions extends SimulatorOptions {
  /** Seconds between polls of the worker; default 0.2. */
  pollInterval?: number;
  /** A Temporal server of its own; default the one that all tests share. */
  temporalAddress?: string;
  /** More settings for the worker's process. */
  env?: Record<string, string>;
}

/** A simulated account, a Temporal client and workers; all gone after `close`. */
export interface House {
  simulator: Simulator;
  client: Client;
  /** The environment in which a command or a worker finds this house. */
  env: Record<string, string>;
  /** A process of ours that is none of the workers; gone after `close`. */
  spawn(script: string, options: SpawnOptions): ChildProcess;
  /** In the process that hosts those of all tests; with settings of its own where they are given. */
  startWorker(env?: Record<string, string>): Promise<void>;
  /**
   * For what only a process shows: its death, its output, what an account refuses to it; with settings of its own
   * where they are given.
   */
  startWorkerProcess(env?: Record<string, string>): Promise<ChildProcess>;
  /** Those that are processes. */
  killWorkers(): Promise<void>;
  /** Replaces what goes wrong in the account. */
  breakThings(faults: Faults): void;
  /** A plan for the first `count` sources of the account. */
  plan(count: number, more?: PlanOptions): Plan;
  batch(plan: Plan): BatchClient;
  /** Makes a job such as an earlier batch may have left; gives its id. */
  leaveJob(
    plan: Plan,
    server: { name: string; sourceId?: string },
    how?: { starts: boolean },
  ): Promise<string>;
  /** Runs the command line; gives what it printed and its exit code. */
  run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  close(): Promise<void>;
}

export interface PlanOptions {
  name?: string;
  from?: number;
  policy?: Partial<Policy>;
  waves?: (Partial<Wave> & { name: string })[];
  server?: (nth: number) => Partial<Omit<PlannedServer, 'job'>> & { job?: Partial<PlannedServer['job']> };
}

export async function aHouse({
  pollInterval = 0.2,
  temporalAddress,
  env: more = {},
  ...options
}: HouseOptions = {}): Promise<House> {
  const address = temporalAddress ?? process.env.TEST_TEMPORAL_ADDRESS!;
  const id = randomUUID().slice(0, 8);
  const simulator = await startSimulator({ speed: 2_000, seed: id, ...options });
  const { accessKeyId, accessKeySecret } = simulatorCredentials;
  const smc = createSmcClient(
    createTransport({
      endpoint: simulator.endpoint,
      credentials: async () => ({ accessKeyId, accessKeySecret }),
    }),
  );
  const client = await connectClient({ address, namespace: 'default', connectionOptions: { address } });
  const { jobsQuota = 100, runningQuota = 50 } = options;
  const workers = new Set<ChildProcess>();
  const hosted = new Set<HostedWorker>();
  const others = new Set<ChildProcess>();
  const env = {
    ...(process.env as Record<string, string>),
    SMC_ENDPOINT: simulator.endpoint,
    SMC_POLL_INTERVAL: String(pollInterval),
    SMC_TASK_QUEUE: `test-${id}`,
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: 'default',
    ...more,
  };
  // The batch client starts workflows on this house's task queue.
  process.env.SMC_TASK_QUEUE = env.SMC_TASK_QUEUE;

  const spawnOurs = (script: string, { args = [], env: own = {} }: SpawnOptions) =>
    spawn(process.execPath, [join(packageRoot(), 'dist', script), ...args], {
      env: { ...env, ...own },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  const kill = async (processes: Set<ChildProcess>) => {
    await Promise.all(
      [...processes].map(async (child) => {
        processes.delete(child);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  };

  return {
    simulator,
    client,
    env,
    spawn(script, options) {
      const child = spawnOurs(script, options);
      others.add(child);
      return child;
    },
    async startWorker(own) {
      hosted.add(await startHostedWorker({ ...env, ...own }));
    },
    async startWorkerProcess(own) {
      const worker = spawnOurs('src/cli.js', { args: ['worker'], env: own });
      workers.add(worker);
      await untilSaid(worker, 'Worker: Temporal');
      return worker;
    },
    killWorkers: () => kill(workers),
    breakThings: (faults: Faults) => breakThings(simulator, faults),
    plan(count, plan = {}) {
      const waves = (plan.waves ?? [{ name: 'all' }]).map((wave) => ({ overlap: false, ...wave }));
      const sources = [...simulator.account.sources.values()].slice(plan.from ?? 0, (plan.from ?? 0) + count);
      return {
        name: plan.name ?? `batch-${id}`,
        account: { id: `account-${id}`, quota: { jobs: jobsQuota, running: runningQuota } },
        policy: {
          maxConcurrent: runningQuota,
          attempts: 3,
          restartDelaySeconds: 1,
          jobTimeoutSeconds: 3_600,
          stallTimeoutSeconds: 3_600,
          onFailure: 'deleteJob',
          lockoutDates: [],
          priority: 0,
          ...plan.policy,
        },
        waves,
        servers: sources.map(({ sourceId, name }, i) => {
          const { job, ...server } = plan.server?.(i) ?? {};
          return {
            name: name ?? sourceId,
            sourceId,
            wave: waves[Math.floor((i * waves.length) / count)]!.name,
            ...server,
            job: {
              regionId: 'cn-hangzhou',
              systemDiskSize: 500,
              vSwitchId: 'vsw-simulator-a',
              netMode: 2,
              ...job,
            },
          };
        }),
      };
    },
    batch: (plan) => batchClient(client, plan.name),
    async leaveJob(plan, { name, sourceId }, { starts } = { starts: false }) {
      const tags = tagsOfJob(plan.name, name);
      const job = { ...plan.servers[0]!.job, sourceId: sourceId!, tags };
      const { jobId } = await smc.createReplicationJob(job);
      if (starts) await smc.startReplicationJob({ jobId });
      return jobId;
    },
    run: (...args) => runCli(args, { env: { ...env, NO_COLOR: '1' } }),
    async close() {
      waits.abort();
      waits = new AbortController();
      await kill(workers);
      await kill(others);
      await Promise.all([...hosted].map((worker) => worker.end()));
      await client.connection.close();
      await smc.close();
      await simulator.close();
    },
  };
}

/** Those who wait for something in a house that is gone, as after the test's own timeout, wait no longer. */
let waits = new AbortController();

/** Waits until it is so, looking now and then; the test's own timeout ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const { signal } = waits;
  while (!(await isSo())) await sleep(100, undefined, { signal });
}

/** Waits until the batch's progress fits, while workers may come and go. */
export async function untilProgress(
  batch: BatchClient,
  fits: (progress: BatchProgress) => boolean,
): Promise<BatchProgress> {
  const { signal } = waits;
  for (;;) {
    const progress = await batch.progress().catch(() => undefined);
    if (progress && fits(progress)) return progress;
    // A question is work for the worker and for Temporal.
    await sleep(250, undefined, { signal });
  }
}

/** Makes the history of the batch's run so long; beyond 1,000 events a new run begins as soon as nothing is on its way. */
export async function lengthenHistory({ client }: House, batch: string, events: number): Promise<void> {
  const handle = client.workflow.getHandle(batchWorkflowId(batch));
  const { runId } = await handle.describe();
  // A grant of before the first one: heard, and of no effect.
  const lease = { existing: 0, running: 0, seq: 0, contended: false };
  for (;;) {
    const now = await handle.describe();
    const missing = events - now.historyLength;
    if (now.runId !== runId || now.status.name !== 'RUNNING' || missing <= 0) return;
    // A busy workflow may refuse some.
    for (let n = 0; n < Math.min(missing, 100); n += 10)
      await Promise.allSettled(Array.from({ length: 10 }, () => handle.signal(leaseGranted, lease)));
  }
}

export const endedCount = (progress: BatchProgress) =>
  progress.waves.reduce((sum, wave) => sum + wave.ended, 0);
