import type { Plan } from '../../../src/plan';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, endedCount, type House, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));
const explain = (plan: Plan, nth: number) =>
  handleOf(plan.name).query(explainQuery, { server: plan.servers[nth]!.name });
const audit = () => house.simulator.account.audit();

test('slots that a batch may not use go to another batch that waits', async () => {
  house = await aHouse({ servers: 12, runningQuota: 4, jobSeconds: 3_000, speed: 1_000 });
  const narrow = house.plan(5, { server: () => ({ exclusive: 'db' }) });
  const wide = house.plan(7, { name: `${narrow.name}-wide`, from: 5 });
  await house.startWorker();
  const [first, second] = [house.batch(narrow), house.batch(wide)];
  await first.start(narrow);
  await second.start(wide);
  const shared = await untilProgress(second, (progress) => endedCount(progress) >= 2);
  expect((await first.progress()).counts.migrating).toBeLessThanOrEqual(1);
  expect(shared.slots.cap.running).toBeGreaterThanOrEqual(3);
  await Promise.all([first.result(), second.result()]);
  expect(audit().images.total).toBe(12);
  expect(audit().jobs.peakRunning).toBeLessThanOrEqual(4);
});

test('a server starts at its scheduledStartTime and not before, by us alone; one in the past starts at once', async () => {
  house = await aHouse({ servers: 3, speed: 6_000 });
  const at = Math.ceil(Date.now() / 1_000) * 1_000 + 40_000;
  const times = [new Date(at).toISOString().replace('.000', ''), '2020-01-01T00:00:00Z', undefined];
  const plan = house.plan(3, { server: (nth) => ({ job: { scheduledStartTime: times[nth] } }) });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const name = plan.servers[0]!.name;
  const waiting = await untilProgress(
    batch,
    ({ status, counts }) => status === 'running' && counts.waiting === 1,
  );
  expect(waiting.waiting).toBe(`${name}: its scheduledStartTime is ${times[0]}`);
  expect(await explain(plan, 0)).toMatchObject({
    why: `its scheduledStartTime is ${times[0]}`,
    nextStartAt: at,
  });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(3);
  expect((await batch.servers())[0]!.startedAt).toBeGreaterThanOrEqual(at);
  // SMC refuses a time in the past.
  expect(audit().creates).toMatchObject({ calls: 3, tookEffect: 3 });
});
