/** What a worker needs while a thousand jobs run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { batchClient } from '../src/batch-client/batch-client';
import { count, type Figures } from './figures';
import { memoryOf } from './process-use';
import { onStage, planFor, type StageOptions } from './stage';

const jobs = 1_000;
const pollSeconds = 2;
/** Long enough for the burst of starts to be over and for looks at all jobs. */
const settleMs = 20_000;

export function memory(options: StageOptions): Promise<Figures> {
  return onStage(options, async (stage) => {
    const account = await stage.account({
      servers: Array.from({ length: jobs }, (_, i) => ({ name: `server-${i + 1}` })),
      jobsQuota: jobs,
      runningQuota: jobs,
      jobSeconds: 86_400,
    });
    const worker = await stage.worker(account, pollSeconds);
    const idle = memoryOf(worker.pid);
    await batchClient(stage.client, 'memory').start(planFor('memory', account));
    const deadline = Date.now() + 300_000;
    while (account.account.running < jobs) {
      if (Date.now() > deadline) throw new Error(`only ${account.account.running} of ${jobs} jobs run`);
      await sleep(5_000);
      stage.say(`memory: ${account.account.running} of ${jobs} jobs run`);
    }
    const started = memoryOf(worker.pid);
    await sleep(settleMs);
    const settled = memoryOf(worker.pid);
    const miB = (n: number | undefined) => (n === undefined ? 'not on this system' : `${Math.round(n)} MiB`);
    return {
      title: 'Memory of a worker',
      about: `Resident memory of one worker process that waits for ${count(jobs)} running jobs (a running quota of ${count(jobs)}, all started at once), with a look every ${pollSeconds} s.`,
      tables: [
        {
          columns: ['', 'memory'],
          rows: [
            ['after its start', miB(idle?.nowMiB)],
            [`peak until ${count(jobs)} jobs ran`, miB(started?.peakMiB)],
            [`${settleMs / 1000} s later`, miB(settled?.nowMiB)],
            ['peak of all', miB(settled?.peakMiB)],
          ],
        },
      ],
      verdicts: [],
    };
  });
}
