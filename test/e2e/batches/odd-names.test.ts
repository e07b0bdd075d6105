import { execFileSync } from 'node:child_process';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { changePlanUpdate } from '../../../workflows/contract/orders';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

/** What a shell makes of a command that was printed, without the program's name. */
const pasted = (line: string) =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(1, -1);

test('a batch whose servers, waves and groups have the oddest names runs to its end, and each command it prints can be pasted', async () => {
  const names = [
    'constructor',
    '__proto__',
    'toString',
    '-rf',
    "SLES 16 $(touch X) 'x'",
    'hasOwnProperty\u202e',
  ];
  house = await aHouse({ servers: names.length, runningQuota: 2 });
  const plan = house.plan(names.length, {
    waves: [{ name: '__proto__' }, { name: 'constructor', after: 'approval' }],
    server: (nth) => ({ name: names[nth]!, exclusive: names[nth]! }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ waiting }) => waiting?.includes('waits for approval') ?? false);
  expect((await house.run('pause', plan.name, '--yes', '--', '-rf', names[4]!)).code).toBe(0);

  const waiting = JSON.parse((await house.run('status', plan.name, '-o', 'json')).stdout);
  expect(waiting.progress.counts).toMatchObject({ migrated: 3, waiting: 3 });
  const approve = /smc-batch approve .*/.exec(waiting.progress.waiting)![0];
  expect((await house.run(...pasted(approve), '--yes')).code).toBe(0);
  await untilProgress(batch, ({ counts }) => counts.migrated === 4);
  for (const name of ['-rf', names[4]!]) {
    const { next } = JSON.parse((await house.run('explain', plan.name, '-o', 'json', '--', name)).stdout);
    const [order, ...operands] = pasted(next);
    expect(await house.run(order!, '--yes', ...operands)).toMatchObject({ code: 0 });
  }
  await batch.result();
  expect((await batch.progress()).counts).toMatchObject({ migrated: names.length, waiting: 0 });
  const report = await house.run('report', plan.name);
  expect(report.stdout.split('\n').filter((line) => /[\p{Cc}\u202a-\u202e]/u.test(line))).toEqual([]);
  expect(house.simulator.account.audit()).toMatchObject({
    images: { total: names.length },
    jobs: { leftovers: [] },
  });
});

test('a batch whose worker does not know a time zone says so, and ends', async () => {
  house = await aHouse({ servers: 2 });
  const window = { from: '00:00', to: '00:00', timezone: 'Mars/Olympus' };
  const plan = house.plan(2, { waves: [{ name: 'night', window }] });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(async () => (await batch.status()) === 'FAILED');
  const { code, stderr } = await house.run('status', plan.name);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /could not start: the worker does not know the time zone 'Mars\/Olympus' of wave 'night'/,
    ),
  });
  expect((await house.run('watch', plan.name)).stderr).toContain('Mars/Olympus');

  const known = house.plan(2, { name: `${plan.name}-2`, waves: [{ name: 'later', after: 'approval' }] });
  const running = house.batch(known);
  await running.start(known);
  await untilProgress(running, ({ waiting }) => waiting?.includes('waits for approval') ?? false);
  const changed = { ...known, waves: [{ ...known.waves[0]!, window }] };
  const update = house.client.workflow
    .getHandle(batchWorkflowId(known.name))
    .executeUpdate(changePlanUpdate, { args: [{ by: 'test', plan: changed }] });
  await expect(update).rejects.toMatchObject({ cause: { message: expect.stringContaining('Mars/Olympus') } });
  expect((await running.progress()).waiting).toContain('waits for approval');
});
