import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchClient } from '../../../src/batch-client/batch-client';
import type { Plan } from '../../../src/plan';
import { aHouse, type House, untilProgress } from '../house/a-house';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-accounts-'));
const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const queueOf = ({ env }: House) => env.SMC_TASK_QUEUE!;

/** Two accounts with the same sources, each behind a task queue and a worker of its own, in one Temporal. */
async function twoAccounts(options: { servers: number; jobSeconds?: number }): Promise<[House, House]> {
  const seed = `two-accounts-${Math.random()}`;
  const two: [House, House] = [await aHouse({ seed, ...options }), await aHouse({ seed, ...options })];
  houses.push(...two);
  const [ours, theirs] = two.map(({ simulator }) => [...simulator.account.sources.keys()]);
  expect(ours).toEqual(theirs);
  return two;
}

const start = async (house: House, plan: Plan, queue = queueOf(house)) => {
  const batch = batchClient(house.client, plan.name, queue);
  expect(await batch.start(plan)).toBe('started');
  return batch;
};

async function doctor(house: House) {
  const { stdout } = await house.run('doctor', '-o', 'json');
  const { checks } = JSON.parse(stdout) as { checks: { id: string; status: string; detail: string }[] };
  return checks.find(({ id }) => id === 'account-queue');
}

test('two accounts of the same sources, each behind its own worker, are each migrated by their own batch alone', async () => {
  const two = await twoAccounts({ servers: 6, jobSeconds: 1_000_000 });
  for (const house of two) await house.startWorker();
  const plans = two.map((house) => house.plan(6));
  const batches = await Promise.all(two.map((house, i) => start(house, plans[i]!)));
  await Promise.all(batches.map((batch) => untilProgress(batch, ({ counts }) => counts.migrating > 0)));
  for (const [i, house] of two.entries())
    expect(await doctor(house)).toMatchObject({
      status: 'ok',
      detail: `${queueOf(house)} serves account '${plans[i]!.account.id}'`,
    });
  for (const { simulator } of two) simulator.account.skip(2_000_000);
  await Promise.all(batches.map((batch) => batch.result()));
  for (const [i, { simulator }] of two.entries()) {
    const { images, creates, jobs } = simulator.account.audit();
    expect(Object.values(images.perSource).map((made) => made.length)).toEqual(Array(6).fill(1));
    expect(Object.values(creates.perSource)).toEqual(Array(6).fill(1));
    expect(jobs.leftovers).toEqual([]);
    const writtenBy = [...simulator.account.sources.values()].flatMap(({ tags }) =>
      tags.filter(({ key }) => key === 'smc-batch').map(({ value }) => value),
    );
    expect(writtenBy).toEqual(Array(6).fill(plans[i]!.name));
  }
});

test("a plan of another account is refused on an account's queue, and doctor tells where one runs there all the same", async () => {
  const [ours, theirs] = await twoAccounts({ servers: 1, jobSeconds: 1_000_000 });
  await ours.startWorker();
  const batch = await start(ours, ours.plan(1));
  await untilProgress(batch, ({ counts }) => counts.migrating > 0);

  const [sourceId] = theirs.simulator.account.sources.keys();
  const file = join(folder, 'theirs.yaml');
  const name = `theirs-${queueOf(theirs)}`;
  const defaults = '{ regionId: cn-hangzhou, systemDiskSize: 500, vSwitchId: vsw-simulator-a, netMode: 2 }';
  writeFileSync(
    file,
    `version: 1\nname: ${name}\naccount: { id: theirs }\ndefaults: ${defaults}\nservers: [{ sourceId: ${sourceId}, name: web }]\n`,
  );
  const refused = await ours.run('apply', file, '--yes');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Nothing was started') });
  expect(refused.stderr).toContain(`Task queue '${queueOf(ours)}' serves account`);

  // Started by something else than apply: nobody was asked.
  const plan = { ...theirs.plan(1), account: { id: 'theirs', quota: { jobs: 1, running: 1 } } };
  await start(ours, plan, queueOf(ours));
  expect(await doctor(ours)).toMatchObject({
    status: 'problem',
    detail: expect.stringMatching(/batches of accounts '.*' and '.*' run on task queue/),
  });
  for (const one of [plan.name, ours.plan(1).name])
    await ours.client.workflow.getHandle(`smc-batch:${one}`).terminate();
});
