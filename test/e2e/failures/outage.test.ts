import { untilSaid } from '../../../bench/stage';
import { aHouse, type House, until } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const audit = () => house.simulator.account.audit();
const outage = 'UnreadableAnswer: HTTP 503 without an API answer';
const status = async (...args: string[]) => (await house.run('status', ...args)).stdout;
const toldBy = async (...args: string[]) => JSON.parse((await house.run(...args, '-o', 'json')).stdout);

test('while SMC answers 503, status, explain and watch say so, and say when it is over', async () => {
  house = await aHouse({ servers: 3, speed: 600 });
  const stalled = [{ source: '*', stall: { atProgress: 50 } }];
  house.breakThings({ jobs: stalled });
  const plan = house.plan(2);
  const { name } = plan;
  await house.startWorker();
  await house.batch(plan).start(plan);
  await until(() => audit().jobs.running === 2);
  house.breakThings({ jobs: stalled, calls: [{ operation: '*', emptyStatus: 503 }] });
  await until(async () => (await status(name)).includes(`trouble  2 servers: ${outage}`));

  expect(await toldBy('status', name)).toMatchObject({
    trouble: `2 servers: ${outage}`,
    troubles: [{ error: outage, servers: plan.servers.map((server) => server.name) }],
  });
  const server = plan.servers[0]!.name;
  expect((await house.run('explain', name, server)).stdout).toMatch(
    new RegExp(`^now +looks at its job again and again(, the job is .*)?: ${outage}`, 'm'),
  );
  expect(await toldBy('explain', name, server)).toMatchObject({
    pending: [{ activity: 'awaitReplicationJob', heartbeat: { pollError: expect.stringContaining(outage) } }],
  });

  // Without a terminal: a line for each change, on stderr with -o json.
  const watch = house.spawn('src/cli.js', { args: ['watch', name, '-o', 'json'] });
  await untilSaid(watch, `trouble  2 servers: ${outage}`);
  house.breakThings({ jobs: stalled });
  await untilSaid(watch, 'trouble  is over');
  expect(await toldBy('status', name)).toMatchObject({ troubles: [] });
});

test('a server whose job cannot be created is in trouble, with the time of the next try', async () => {
  house = await aHouse({ servers: 1 });
  house.breakThings({ calls: [{ operation: 'CreateReplicationJob', emptyStatus: 503 }] });
  const plan = house.plan(1);
  await house.startWorker();
  await house.batch(plan).start(plan);
  await until(async () =>
    /^trouble {2}1 server: UnreadableAnswer: .* \(next try in \d+ s\)$/m.test(await status(plan.name)),
  );
});

test('a job past its jobTimeout that cannot be stopped yet is explained as that', async () => {
  house = await aHouse({ servers: 1, jobSeconds: 2_000, speed: 1_000 });
  // SMC: a job is stopped only while it is Syncing, and this one is past it.
  house.breakThings({ jobs: [{ source: '*', stall: { atProgress: 95 } }] });
  const plan = house.plan(1, { policy: { jobTimeoutSeconds: 5 } });
  await house.startWorker();
  await house.batch(plan).start(plan);
  const explain = () => toldBy('explain', plan.name, plan.servers[0]!.name);
  await until(async () => (await explain()).why.includes('TimedOut'));
  const explained = await explain();
  expect(explained).toMatchObject({
    phase: 'migrating',
    why: expect.stringContaining('smc-batch waits until it can be stopped'),
    error: { code: 'ReplicationJob.TimedOut', remedy: expect.stringContaining('jobTimeout') },
  });
  expect(explained).not.toHaveProperty('estimatedEnd');
});
