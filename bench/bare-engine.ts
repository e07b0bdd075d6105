/** The measure of our overhead: what Temporal takes on this machine when the workflows and activities do nothing. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { TimelinePoint } from '../src/simulator';
import { type Stage, untilSaid } from './stage';

if (require.main === module) void work(process.argv[2]!);

/** The worker's process. */
async function work(taskQueue: string): Promise<void> {
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger, shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS }),
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'bare-engine-workflows.js'),
      logger,
    }),
    activities: {
      nothing: async () => {},
      runs: async (ms: number) => {
        process.stderr.write(`run +1 ${Date.now()}\n`);
        await sleep(ms);
        process.stderr.write(`run -1 ${Date.now()}\n`);
      },
    },
    // As our own worker has it.
    maxConcurrentActivityTaskExecutions: 2_000,
  });
  process.stderr.write('ready\n');
  await worker.run();
  process.exit(0);
}

export interface BareEngine {
  pid: number;
  /** Milliseconds for so many children, so many at a time. */
  run(children: number, window: number): Promise<number>;
  /** Runs a child for each of these jobs, which take so many milliseconds; gives how many have run when. */
  runJobs(jobs: number[], window: number): Promise<TimelinePoint[]>;
}

/** A worker for bare workflows, in a process of its own, on the Temporal server of the client. */
export async function startBareEngine({
  client,
  spawn,
}: Pick<Stage, 'client' | 'spawn'>): Promise<BareEngine> {
  const taskQueue = `bare-${randomUUID()}`;
  const worker = spawn('bench/bare-engine.js', { args: [taskQueue] });
  await untilSaid(worker, 'ready');
  let runs = 0;
  let said = '';
  worker.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  return {
    async runJobs(jobs, window) {
      said = '';
      await client.workflow.execute('bareJobs', {
        workflowId: `${taskQueue}-${++runs}`,
        taskQueue,
        args: [{ jobs, window }],
      });
      return timelineOf(said);
    },
    pid: worker.pid!,
    async run(children, window) {
      const began = performance.now();
      await client.workflow.execute('bareBatch', {
        workflowId: `${taskQueue}-${++runs}`,
        taskQueue,
        args: [{ children, window }],
      });
      return performance.now() - began;
    },
  };
}

/** What the worker has said of its jobs, as an account's timeline. */
function timelineOf(said: string): TimelinePoint[] {
  let running = 0;
  const lines = [...said.matchAll(/^run ([+-]1) (\d+)$/gm)].map(
    ([, by, at]) => [Number(by), Number(at)] as const,
  );
  return lines.map(([by, at]) => {
    running += by;
    return { realMs: at - lines[0]![1], atSeconds: 0, existing: running, running };
  });
}
