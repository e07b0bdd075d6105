import { setTimeout as sleep } from 'node:timers/promises';
import { historyLimit } from '../../../workflows/batch/history-limit';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import {
  approveUpdate,
  cancelUpdate,
  cutOverUpdate,
  retryUpdate,
  skipUpdate,
} from '../../../workflows/contract/orders';
import { serverReported, standingQuery } from '../../../workflows/contract/server-messages';
import { aHouse, type House, lengthenHistory, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

const by = 'tester';
const handleOf = (name: string) => house.client.workflow.getHandle(batchWorkflowId(name));
const audit = () => house.simulator.account.audit();
const phases = async (plan: { name: string }) =>
  (await house.batch(plan as never).servers()).map(({ phase }) => phase);

/** Jobs that end only when somebody ends them. */
const endless = { jobSeconds: 1_000_000, speed: 1_000 };

/** Servers that wait for the approval of their wave. */
async function allWaiting(count: number, name: string) {
  const plan = house.plan(count, { name, waves: [{ name: 'all', after: 'approval' }] });
  await house.batch(plan).start(plan);
  await untilProgress(house.batch(plan), ({ waiting }) => waiting?.includes('waits for approval') ?? false);
  return plan;
}

async function expectAllCancelled(plan: { name: string; servers: unknown[] }): Promise<void> {
  await expect(house.batch(plan as never).result()).rejects.toMatchObject({
    cause: { name: 'CancelledFailure' },
  });
  expect(await phases(plan)).toEqual(Array(plan.servers.length).fill('cancelled'));
  expect([audit().jobs.running, audit().jobs.leftovers]).toEqual([0, []]);
}

test('a batch that is cancelled while its servers are being started leaves none at work, however soon the order comes', async () => {
  house = await aHouse({ servers: 12, ...endless });
  await house.startWorker();
  for (const delayMs of [0, 180, 400]) {
    const plan = await allWaiting(12, `cancelled-after-${delayMs}-${Date.now()}`);
    await handleOf(plan.name).executeUpdate(approveUpdate, { args: [{ by, wave: 'all' }] });
    await sleep(delayMs);
    await handleOf(plan.name).executeUpdate(cancelUpdate, { args: [{ by }] });
    // Once more does no harm; it may have ended by then.
    await handleOf(plan.name)
      .executeUpdate(cancelUpdate, { args: [{ by }] })
      .catch(() => undefined);
    await expectAllCancelled(plan);
  }
});

test('servers that are cancelled one by one while they are being started are cancelled, though the worker dies and the batch begins a new run', async () => {
  house = await aHouse({ servers: 25, ...endless });
  await house.startWorkerProcess();
  const plan = await allWaiting(25, `cancelled-singly-${Date.now()}`);
  const handle = handleOf(plan.name);
  const { runId } = await handle.describe();
  await lengthenHistory(house, plan.name, historyLimit.quiet - 50);
  await handle.executeUpdate(approveUpdate, { args: [{ by, wave: 'all' }] });
  await untilProgress(house.batch(plan), ({ counts }) => counts.migrating > 0);
  // It has been accepted, and stands though the worker dies.
  await handle.startUpdate(cancelUpdate, {
    args: [{ by, servers: plan.servers.map(({ name }) => name) }],
    waitForStage: 'ACCEPTED',
  });
  await house.killWorkers();
  await house.startWorkerProcess();
  await house.batch(plan).result();
  expect((await handle.describe()).runId).not.toBe(runId);
  expect(await phases(plan)).toEqual(Array(25).fill('cancelled'));
  expect([audit().jobs.running, audit().jobs.leftovers]).toEqual([0, []]);
});

test('a server that is retried the moment it is cancelled is migrated', async () => {
  house = await aHouse({ servers: 4, jobSeconds: 6_000, speed: 1_000 });
  const plan = house.plan(4, {
    waves: [{ name: 'first' }, { name: 'last', after: 'approval' }],
    server: (nth) => ({ wave: nth < 3 ? 'first' : 'last' }),
  });
  const [one, two, three, last] = plan.servers.map(({ name }) => name);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 3);
  const handle = handleOf(plan.name);
  const retried = [one!, two!, three!];
  await handle.executeUpdate(cancelUpdate, { args: [{ by, servers: retried }] });
  await Promise.all(
    retried.map(async (name) => {
      // Refused until it has been cancelled.
      for (let asked = false; !asked; )
        asked = await handle.executeUpdate(retryUpdate, { args: [{ by, servers: [name] }] }).then(
          () => true,
          () => false,
        );
    }),
  );
  await handle.executeUpdate(skipUpdate, { args: [{ by, servers: [last!] }] });
  await batch.result();
  expect(await phases(plan)).toEqual(['migrated', 'migrated', 'migrated', 'skipped']);
  expect(audit().jobs.leftovers).toEqual([]);
});

test('a cut-over that is asked for while the server is being started comes after its first sync', async () => {
  house = await aHouse({ servers: 1, speed: 6_000 });
  const plan = house.plan(1, {
    waves: [{ name: 'all', after: 'approval' }],
    server: () => ({ job: { runOnce: false, frequency: 168, maxNumberOfImageToKeep: 2 } }),
  });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ waiting }) => waiting?.includes('waits for approval') ?? false);
  const handle = handleOf(plan.name);
  await handle.executeUpdate(approveUpdate, { args: [{ by, wave: 'all' }] });
  const servers = [plan.servers[0]!.name];
  // The order is refused only as long as nothing has started.
  for (let asked = false; !asked; )
    asked = await handle.executeUpdate(cutOverUpdate, { args: [{ by, servers }] }).then(
      () => true,
      () => false,
    );
  await batch.result();
  expect(await phases(plan)).toEqual(['migrated']);
});

test('a slot whose grant did not reach its server is granted again when the server asks again', async () => {
  house = await aHouse({ servers: 1, ...endless });
  const plan = house.plan(1);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => audit().jobs.running === 1);
  const [server] = await batch.servers();
  const child = house.client.workflow.getHandle(serverWorkflowId(plan.name, server!.server));
  const grants = async () =>
    (await child.fetchHistory()).events!.filter(
      ({ workflowExecutionSignaledEventAttributes: signal }) => signal?.signalName === 'slotGranted',
    ).length;
  const ask = {
    kind: 'wantsSlot',
    server: server!.server,
    round: (await child.query(standingQuery)).round!,
    slotRequest: 1,
    jobId: server!.jobId,
  } as const;
  await handleOf(plan.name).signal(serverReported, ask);
  await until(async () => (await grants()) === 1);
  await handleOf(plan.name).signal(serverReported, ask);
  await until(async () => (await grants()) === 2);
  await handleOf(plan.name).cancel();
  await expect(batch.result()).rejects.toThrow();
});
