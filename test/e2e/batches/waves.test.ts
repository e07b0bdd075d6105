import type { Plan } from '../../../src/plan';
import { zoneTime } from '../../../workflows/batch/forecast';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate } from '../../../workflows/contract/orders';
import { explainQuery } from '../../../workflows/contract/views';
import { aHouse, endedCount, type House, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));
const change = (plan: Plan) => handleOf(plan.name).executeUpdate(changePlanUpdate, { args: [{ by, plan }] });
const audit = () => house.simulator.account.audit();

/** `22:00`, so many hours from now on the clocks of a zone. */
function clockIn(timezone: string, hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return at.toLocaleTimeString('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
}

/** `2030-12-31` in the calendar of a zone. */
const dateIn = (timeZone: string, at: number) => new Date(at).toLocaleDateString('en-CA', { timeZone });

test('servers start only in the change window, and the operator sees when it opens', async () => {
  house = await aHouse({ servers: 4, speed: 6_000 });
  const timezone = 'Asia/Shanghai';
  const closed = { from: clockIn(timezone, 3), to: clockIn(timezone, 5), timezone };
  const plan = house.plan(4, { waves: [{ name: 'now' }, { name: 'night', window: closed }] });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const waiting = await untilProgress(batch, (progress) => endedCount(progress) === 2);
  expect(waiting.waiting).toContain("wave 'night'");
  const { why } = await handleOf(plan.name).query(explainQuery, { server: plan.servers[3]!.name });
  expect(why).toBe(waiting.waiting);
  expect(audit().creates.tookEffect).toBe(2);

  const open = { from: clockIn(timezone, -1), to: clockIn(timezone, 2), timezone };
  await change({ ...plan, waves: [plan.waves[0]!, { ...plan.waves[1]!, window: open }] });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(4);
});

test('a lockout date counts in the time zone of its wave', async () => {
  house = await aHouse({ servers: 2, speed: 6_000 });
  // At any hour one of them has another date than UTC.
  const [timezone, offsetHours] =
    new Date().getUTCHours() >= 10
      ? (['Pacific/Kiritimati', 14] as const)
      : (['Pacific/Pago_Pago', -11] as const);
  const today = dateIn(timezone, Date.now());
  expect(today).not.toBe(dateIn('UTC', Date.now()));
  const plan = house.plan(2, {
    policy: { lockoutDates: [today] },
    waves: [{ name: 'here' }, { name: 'there', window: { from: '00:00', to: '00:00', timezone } }],
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const locked = await untilProgress(batch, ({ counts }) => counts.migrated === 1);
  const midnight = Date.parse(`${today}T00:00:00Z`) + (24 - offsetHours) * 3_600_000;
  const atBothClocks = `${new Date(midnight).toISOString()} (${zoneTime(midnight, timezone)})`;
  const why = `the window of wave 'there' is closed until ${atBothClocks}`;
  expect(locked.waiting).toBe(why);
  expect(await handleOf(plan.name).query(explainQuery, { server: plan.servers[1]!.name })).toMatchObject({
    phase: 'waiting',
    why,
  });
  expect(audit().creates.tookEffect).toBe(1);
  await change({ ...plan, policy: { ...plan.policy, lockoutDates: [] } });
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(2);
});

test('running jobs go on to their end over a lockout date, and nothing more starts', async () => {
  house = await aHouse({ servers: 4, runningQuota: 2, speed: 1_000 });
  const plan = house.plan(4);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 2);
  const days = [0, 1].map((day) => new Date(Date.now() + day * 86_400_000).toISOString().slice(0, 10));
  await change({ ...plan, policy: { ...plan.policy, lockoutDates: days } });
  const locked = await untilProgress(batch, ({ counts }) => counts.migrated === 2);
  expect(locked.counts).toMatchObject({ waiting: 2, failed: 0 });
  expect(locked.waiting).toBeDefined();
  expect(audit().creates.tookEffect).toBe(2);
  await change(plan);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(4);
});

test('an urgent batch gets its slots before a large one: the higher priority comes first', async () => {
  house = await aHouse({ servers: 12, runningQuota: 2, speed: 1_500 });
  const large = house.plan(8);
  const urgent = house.plan(4, { from: 8, name: `${large.name}-urgent`, policy: { priority: 10 } });
  await house.startWorker();
  const [a, b] = [house.batch(large), house.batch(urgent)];
  await a.start(large);
  await untilProgress(a, ({ counts }) => counts.migrating === 2);
  await b.start(urgent);
  await b.result();
  expect((await a.progress()).counts.migrated).toBeLessThan(8);
  await a.result();
  expect((await a.progress()).counts.migrated).toBe(8);
  expect(audit().jobs.peakRunning).toBeLessThanOrEqual(2);
});
