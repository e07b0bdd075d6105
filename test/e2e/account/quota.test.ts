import { type BareEngine, startBareEngine } from '../../../bench/bare-engine';
import type { Audit } from '../../../src/simulator';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { pauseUpdate, resumeUpdate } from '../../../workflows/contract/orders';
import { aHouse, endedCount, type House, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());
const audit = () => house.simulator.account.audit();

test('two batches of one account share its running slots within 20 % of even', async () => {
  house = await aHouse({ servers: 32, jobsQuota: 20, runningQuota: 10, jobSeconds: 2_000, speed: 1_000 });
  const first = house.plan(16, { name: `one-${Date.now()}` });
  const second = house.plan(16, { name: `two-${Date.now()}`, from: 16 });
  await house.startWorker();
  const batches = [house.batch(first), house.batch(second)];
  await Promise.all([batches[0]!.start(first), batches[1]!.start(second)]);
  await untilProgress(batches[0]!, (progress) => endedCount(progress) >= 5);
  const running = await Promise.all(batches.map(async (batch) => (await batch.progress()).slots.cap.running));
  expect(Math.abs(running[0]! - running[1]!)).toBeLessThanOrEqual(2);
  await Promise.all(batches.map((batch) => batch.result()));
  const { jobs, quota, images } = audit();
  expect(images.total).toBe(32);
  expect(jobs.peakRunning).toBeLessThanOrEqual(10);
  expect(jobs.peakExisting).toBeLessThanOrEqual(20);
  expect(quota.refusedCreates + quota.refusedStarts).toBe(0);
});

test("other tools' jobs are counted: nothing is refused for long, and nobody else's job is touched", async () => {
  house = await aHouse({ servers: 12, jobsQuota: 10, runningQuota: 6, jobSeconds: 3_000, speed: 1_000 });
  house.simulator.account.setForeignJobs([{ atSeconds: 0, existing: 6, running: 4 }]);
  const plan = house.plan(12);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const shrunk = await untilProgress(batch, (progress) => endedCount(progress) >= 2);
  expect(shrunk.slots.cap).toEqual({ existing: 4, running: 2 });
  await batch.result();
  expect(audit()).toMatchObject({
    jobs: { leftovers: [], foreign: { existing: 6, running: 4 } },
    images: { total: 12 },
  });
});

test('a third party takes slots under way and gives them back: the batch shrinks and grows, and no attempt is lost', async () => {
  house = await aHouse({ servers: 28, jobsQuota: 8, runningQuota: 6, jobSeconds: 3_000, speed: 1_000 });
  const plan = house.plan(28, { policy: { attempts: 1 } });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const steps = (existing: number, running: number) => [{ atSeconds: 0, existing, running }];
  const order = async (update: typeof pauseUpdate) =>
    house.client.workflow
      .getHandle(batchWorkflowId(plan.name))
      .executeUpdate(update, { args: [{ by: 'tester' }] });
  await untilProgress(batch, ({ counts }) => counts.migrating === 6);
  // While we rest the others take their slots; when we go on, the API refuses us some.
  await order(pauseUpdate);
  await untilProgress(batch, ({ counts }) => counts.migrating + counts.finishing === 0);
  house.simulator.account.setForeignJobs(steps(2, 2));
  await order(resumeUpdate);
  await untilProgress(batch, ({ slots }) => slots.cap.running === 4);
  house.simulator.account.setForeignJobs(steps(0, 0));
  await untilProgress(batch, ({ slots }) => slots.cap.running === 6);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(28);
  expect(audit().jobs.leftovers).toEqual([]);
});

/** How long a running slot was free before a start filled it, in milliseconds since the account was opened. */
interface IdleSlot {
  freeAt: number;
  filledAt: number;
}

/** Each slot that came free before the last start, with the start that filled it: first free, first filled. */
function idleSlots(timeline: Audit['timeline']): IdleSlot[] {
  const idle: IdleSlot[] = [];
  const free: number[] = [];
  for (const [i, { running, realMs }] of timeline.entries()) {
    const change = running - (timeline[i - 1]?.running ?? 0);
    for (let n = 0; n < -change; n++) free.push(realMs);
    for (let n = 0; n < change && free.length > 0; n++)
      idle.push({ freeAt: free.shift()!, filledAt: realMs });
  }
  return idle;
}

/** How long Temporal alone takes here for a child and its activities, measured all the time until the work is done. */
async function bareRunsDuring(engine: BareEngine, work: Promise<unknown>) {
  const runs: { endedAt: number; tookMs: number }[] = [];
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const tookMs = await engine.run(1, 1);
    runs.push({ endedAt: audit().realMs, tookMs });
  }
  await done;
  return runs;
}

test('a free running slot is not idle while a server waits, but for a poll tick and a second', async () => {
  const pollInterval = 1;
  house = await aHouse({ servers: 24, jobsQuota: 20, runningQuota: 6, speed: 600, pollInterval });
  const plan = house.plan(24);
  // A process of its own, as the bare engine is one: the host of all tests' workers is busy with those of other tests.
  const [engine] = await Promise.all([startBareEngine(house), house.startWorkerProcess()]);
  const batch = house.batch(plan);
  await batch.start(plan);
  const bareRuns = await bareRunsDuring(engine, batch.result());
  const idle = idleSlots(audit().timeline).map(({ freeAt, filledAt }) => {
    const meanwhile = bareRuns.filter(
      ({ endedAt, tookMs }) => endedAt > freeAt && endedAt - tookMs < filledAt,
    );
    // The handing over is a child and its activities too, and calls to the account: where a child and activities alone take
    // longer than a second, so may it.
    const handOverMs = Math.max(1_000, 2 * Math.max(...meanwhile.map(({ tookMs }) => tookMs)));
    return { ms: filledAt - freeAt, boundMs: 1_000 * pollInterval + handOverMs };
  });
  const longest = idle.reduce((one, other) => (other.ms > one.ms ? other : one));
  console.log(
    `longest idle running slot: ${Math.round(longest.ms)} ms at a poll tick of ${pollInterval} s; bound here and then: ${Math.round(longest.boundMs)} ms`,
  );
  expect(idle.length).toBeGreaterThanOrEqual(12);
  expect(idle.filter(({ ms, boundMs }) => ms > boundMs)).toEqual([]);
  expect(audit().images.total).toBe(24);
});
