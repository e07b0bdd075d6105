import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { dataConverter, packageRoot } from '../../../src/temporal';
import { batchWorkflowId, serverWorkflowId } from '../../../workflows/contract/ids';
import { serverReported, standingQuery } from '../../../workflows/contract/server-messages';
import { progressQuery } from '../../../workflows/contract/views';
import { aHouse, type House, until, untilProgress } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

test('a batch that was watched while no worker ran can be replayed', async () => {
  house = await aHouse({ servers: 4, runningQuota: 2, speed: 1 });
  const plan = house.plan(4);
  await house.startWorkerProcess();
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ counts }) => counts.migrating === 2);
  await until(() => house.simulator.account.audit().jobs.running === 2);
  const [one, other] = await batch.servers({ phases: ['migrating'] });
  const roundOf = async ({ server }: { server: string }) =>
    (await house.client.workflow.getHandle(serverWorkflowId(plan.name, server)).query(standingQuery)).round!;
  const [round, otherRound] = [await roundOf(one!), await roundOf(other!)];
  await house.killWorkers();
  const handle = house.client.workflow.getHandle(batchWorkflowId(plan.name));
  // The question waits for a worker; then comes an event that the dead worker is to be told first.
  const asked = handle.query(progressQuery);
  await sleep(1_000);
  const error = { code: 'X', message: 'x', remedy: 'x' };
  const result = { outcome: 'failed' as const, error };
  await handle.signal(serverReported, { kind: 'ended', server: other!.server, round: otherRound, result });
  await house.startWorkerProcess();
  // It is asked again until the task with the event has come.
  expect((await asked).counts).toMatchObject({ failed: 1 });
  const refused = { ...error, code: 'QuotaExceeded.ReplicationJob' };
  await handle.signal(serverReported, {
    kind: 'wantsSlot',
    server: one!.server,
    round,
    slotRequest: 1,
    refused,
  });
  await untilProgress(batch, ({ counts }) => counts.failed === 1);
  const workflowBundle = { codePath: join(packageRoot(), 'dist', 'workflow-bundle.js') };
  await Worker.runReplayHistory({ workflowBundle, dataConverter }, await handle.fetchHistory());
});
