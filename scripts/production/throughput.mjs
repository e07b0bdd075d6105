// The same batch by two workers, by four, …: what more of them bring, and what they cost.
import { applyBatch, changingCalls, judge, looks, untilEnded } from './batch.mjs';
import { pollSeconds, seconds, usual } from './figures.mjs';

export async function throughput(stage, { servers, workers }) {
  const rows = [];
  const rules = [];
  for (const count of workers) {
    const account = await stage.account(`workers-${count}`, { ...usual, servers });
    const started = [];
    for (let i = 0; i < count; i++) started.push(await stage.startWorker(account));
    stage.say(`${servers} servers by ${count} workers …`);
    const began = performance.now();
    const batch = await applyBatch(stage, account);
    const status = await untilEnded(stage, batch);
    const took = performance.now() - began;
    const { calls, jobs, quota } = account.simulator.account.audit();
    rows.push([
      String(count),
      seconds(took),
      ((60_000 * servers) / took).toFixed(1),
      (calls.total / servers).toFixed(1),
      (changingCalls(account) / servers).toFixed(2),
      (looks(account) / (took / 1000 / pollSeconds)).toFixed(2),
      `${jobs.peakRunning} of ${quota.running}`,
    ]);
    for (const one of await judge(stage, account, status))
      rules.push({ ...one, rule: `${count} workers: ${one.rule}` });
    for (const worker of started) await worker.stop(10_000);
  }
  return {
    title: `${servers} servers by ${workers.join(' and ')} workers`,
    head: [
      'workers',
      'time',
      'servers a minute',
      'calls a server',
      'of these, calls that change something',
      'DescribeReplicationJobs a poll interval',
      'running at the peak',
    ],
    rows,
    facts: [],
    rules,
  };
}
