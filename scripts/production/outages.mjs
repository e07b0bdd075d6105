// A batch, and in its middle: a worker is killed, then Temporal, then PostgreSQL restarts.
import { setTimeout as sleep } from 'node:timers/promises';
import { applyBatch, changingCalls, judge, untilEnded, untilImages } from './batch.mjs';
import { seconds, usual } from './figures.mjs';

export async function outages(stage, { servers, workers: [count] }) {
  const account = await stage.account('outages', { ...usual, servers });
  const workers = [];
  for (let i = 0; i < count; i++) workers.push(await stage.startWorker(account));
  const began = performance.now();
  const batch = await applyBatch(stage, account);
  const rows = [];
  const untilFifth = (n) => untilImages(stage, account, Math.ceil((n * servers) / 5));

  await untilFifth(1);
  rows.push(await killWorker(stage, account, batch, workers[0]));
  await untilFifth(2);
  rows.push(
    await outage(
      stage,
      account,
      'Temporal: kill -9, 5 s away',
      () => stage.temporal.kill(),
      stage.startTemporal,
    ),
  );
  await untilFifth(3);
  const stopFast = async () => {
    process.kill(stage.postgresql.pid, 'SIGINT');
    await stage.postgresql.ended;
  };
  rows.push(
    await outage(stage, account, 'PostgreSQL: fast shutdown, 5 s away', stopFast, stage.startPostgresql),
  );
  const status = await untilEnded(stage, batch);
  const took = performance.now() - began;
  const { calls, quota, jobs } = account.simulator.account.audit();
  return {
    title: `${servers} servers, ${count} workers, three outages`,
    head: ['outage', 'away', 'work went on'],
    rows,
    facts: [
      `${seconds(took)} in all`,
      `${(calls.total / servers).toFixed(1)} calls a server`,
      `at most ${jobs.peakExisting} of ${quota.jobs} jobs existed, ${jobs.peakRunning} of ${quota.running} ran`,
    ],
    rules: await judge(stage, account, status),
  };
}

async function outage(stage, account, what, end, start) {
  stage.say(`${what} …`);
  const goneAt = performance.now();
  await end();
  await sleep(5_000, undefined, { signal: stage.signal });
  await start();
  const backAt = performance.now();
  await untilCall(stage, account);
  return [what, seconds(backAt - goneAt), `${seconds(performance.now() - backAt)} after its return`];
}

/** The other workers go on at once; what the dead one did is taken over when its heartbeats have been missed. */
async function killWorker(stage, account, batch, victim) {
  stage.say('A worker: kill -9 …');
  const { pid } = victim;
  const held = await heldBy(stage, batch, pid);
  const goneAt = performance.now();
  await victim.kill();
  const replacement = stage.startWorker(account).then(() => performance.now());
  // A rejection is heard below.
  replacement.catch(() => undefined);
  await untilCall(stage, account);
  const wentOn = performance.now() - goneAt;
  while ((await heldBy(stage, batch, pid)) > 0) {
    stage.signal.throwIfAborted();
    await sleep(250);
  }
  const takenOver = performance.now() - goneAt;
  return [
    'a worker: kill -9, replaced at once',
    seconds((await replacement) - goneAt),
    `${seconds(wentOn)} after its death; its own ${held} activities were taken over within ${seconds(takenOver)}`,
  ];
}

/** Running activities whose last attempt is the process's. */
async function heldBy({ client }, batch, pid) {
  const running = await batch.servers({ phases: ['migrating', 'recovering', 'finishing'] });
  const found = await Promise.all(
    running.map(async ({ server }) => {
      const workflow = client.workflow.getHandle(`smc-server:${batch.batch}/${server}`);
      // The batch has decided to start a server a moment before its workflow is there.
      const described = await workflow.describe().catch(() => undefined);
      return (described?.raw.pendingActivities ?? []).filter(
        ({ state, lastWorkerIdentity }) => state === isStarted && lastWorkerIdentity?.startsWith(`${pid}@`),
      ).length;
    }),
  );
  return found.reduce((sum, one) => sum + one, 0);
}

/** PENDING_ACTIVITY_STATE_STARTED */
const isStarted = 2;

/** Waits for the next call that changes something in the account. */
async function untilCall(stage, account) {
  const before = changingCalls(account);
  while (changingCalls(account) === before) {
    stage.signal.throwIfAborted();
    await sleep(50);
  }
}
