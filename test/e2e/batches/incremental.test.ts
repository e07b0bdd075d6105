import { batchWorkflowId } from '../../../workflows/contract/ids';
import { cutOverUpdate } from '../../../workflows/contract/orders';
import { explainQuery, journalQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const day = 86_400_000;
const audit = () => house.simulator.account.audit();
const incremental = (frequency: number) => () => ({
  job: { runOnce: false, frequency, maxNumberOfImageToKeep: 2 },
});

test('syncs that break over the weeks, each followed by a good one, never exhaust the attempts', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const plan = house.plan(1, { policy: { attempts: 2 }, server: incremental(12) });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.synced === 1);
  const [job] = house.simulator.account.jobList();
  for (let broken = 1; broken <= 3; broken++) {
    house.breakThings({ jobs: [{ source: '*', runs: 1, fail: { atProgress: 50 } }] });
    const runs = job!.runs.length;
    house.simulator.account.skip(12 * 3_600);
    // One that broke, and one that did not.
    await until(() => {
      house.simulator.account.now();
      return job!.runs.length >= runs + 2 && job!.status === 'Waiting';
    });
    await untilProgress(batch, ({ counts }) => counts.synced === 1);
  }
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  // The first start, and one for each break.
  expect((await batch.servers())[0]).toMatchObject({ phase: 'synced', starts: 4 });
  await handle.executeUpdate(cutOverUpdate, { args: [{ by: 'tester' }] });
  await batch.result();
  expect((await batch.servers())[0]).toMatchObject({ phase: 'migrated', starts: 5 });
  expect(audit()).toMatchObject({ creates: { tookEffect: 1 }, jobs: { leftovers: [] } });
});

test('an adopted job keeps its age: it is extended as far as SMC allows, and its expiry is announced in time', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 1_000, speed: 1_000 });
  const plan = house.plan(1, { server: incremental(168) });
  const jobId = await house.leaveJob(plan, plan.servers[0]!, { starts: true });
  const job = house.simulator.account.jobs.get(jobId)!;
  // An earlier batch has extended the job as far as it could.
  job.createdAt -= 85 * day;
  job.settings.validTime = job.createdAt + 86 * day;
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.synced === 1);
  await until(() => (job.settings.validTime - job.createdAt) / day > 88);
  expect((job.settings.validTime - job.createdAt) / day).toBeLessThanOrEqual(90);
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  await until(async () => (await handle.query(journalQuery)).some(({ what }) => what.includes(jobId)));
  const server = plan.servers[0]!.name;
  const told = (await handle.query(journalQuery)).find(({ what }) => what.includes(jobId))!;
  expect(told.what).toContain(`smc-batch cutover ${plan.name} ${server}`);
  expect((await handle.query(explainQuery, { server })).why).toContain('SMC lets it live until');
});
