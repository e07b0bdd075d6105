/** What a worker needs while a thousand jobs run, and with a batch of ten thousand servers of which fifty run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { batchClient } from '../src/batch-client/batch-client';
import { count, type Figures } from './figures';
import { memoryOf } from './process-use';
import { onStage, planFor, type Stage, type StageOptions } from './stage';

const pollSeconds = 2;
/** Long enough for the burst of starts to be over and for looks at all jobs. */
const settleMs = 20_000;
/** The bar for the resident memory with a thousand running jobs. */
const barMiB = 400;

interface Case {
  servers: number;
  running: number;
}

const cases: Case[] = [
  { servers: 1_000, running: 1_000 },
  { servers: 10_000, running: 50 },
];

/** Resident memory in MiB; undefined where the system does not tell. */
interface Measured extends Case {
  idle?: number;
  peakUntilAllRan?: number;
  settled?: number;
  peak?: number;
}

export async function memory(options: StageOptions & { quick: boolean }): Promise<Figures> {
  const measured: Measured[] = [];
  for (const one of options.quick ? cases.slice(1) : cases)
    measured.push(await onStage(options, (stage) => measure(stage, one)));
  const miB = (n: number | undefined) => (n === undefined ? 'not on this system' : `${Math.round(n)} MiB`);
  return {
    title: 'Memory of a worker',
    about: `Resident memory of one worker process, with a look every ${pollSeconds} s: all servers of the batch run, started at once; or few of many.`,
    tables: [
      {
        columns: [
          'servers',
          'running',
          'after its start',
          'peak until all ran',
          `${settleMs / 1000} s later`,
          'peak of all',
        ],
        rows: measured.map(({ servers, running, idle, peakUntilAllRan, settled, peak }) => [
          count(servers),
          count(running),
          ...[idle, peakUntilAllRan, settled, peak].map(miB),
        ]),
      },
    ],
    verdicts: measured
      .filter(({ running, settled }) => running === 1_000 && settled !== undefined)
      .map(({ settled = 0 }) => ({
        claim: `at most ${barMiB} MiB with 1,000 running jobs: ${Math.round(settled)}`,
        isMet: settled <= barMiB,
      })),
  };
}

async function measure(stage: Stage, { servers, running }: Case): Promise<Measured> {
  const account = await stage.account({
    servers: Array.from({ length: servers }, (_, i) => ({ name: `server-${i + 1}` })),
    jobsQuota: running,
    runningQuota: running,
    jobSeconds: 86_400,
  });
  const worker = await stage.worker(account, pollSeconds);
  const idle = memoryOf(worker.pid)?.nowMiB;
  const name = `memory-${servers}`;
  await batchClient(stage.client, name).start(planFor(name, account));
  const deadline = Date.now() + 300_000;
  while (account.account.running < running) {
    if (Date.now() > deadline) throw new Error(`only ${account.account.running} of ${running} jobs run`);
    await sleep(5_000);
    stage.say(`${name}: ${account.account.running} of ${running} jobs run`);
  }
  const peakUntilAllRan = memoryOf(worker.pid)?.peakMiB;
  await sleep(settleMs);
  const now = memoryOf(worker.pid);
  return { servers, running, idle, peakUntilAllRan, settled: now?.nowMiB, peak: now?.peakMiB };
}
