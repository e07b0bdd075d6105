import { serverWorkflowId } from '../../../workflows/contract/ids';
import { aHouse, type House } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

test('a server that is migrated without trouble leaves at most twenty events in Temporal', async () => {
  house = await aHouse({ servers: 2 });
  const plan = house.plan(2);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  for (const { name } of plan.servers) {
    const { events } = await house.client.workflow
      .getHandle(serverWorkflowId(plan.name, name))
      .fetchHistory();
    expect(events?.length).toBeLessThanOrEqual(20);
  }
});

test('an API that answers slowly migrates every server all the same, each once', async () => {
  house = await aHouse({
    servers: 3,
    // Longer than a call may take that is made at once.
    faults: {
      calls: [
        { operation: 'CreateReplicationJob', latencyMs: 6_000 },
        { operation: 'StartReplicationJob', latencyMs: 6_000 },
      ],
    },
  });
  const plan = house.plan(3);
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  expect((await batch.progress()).counts.migrated).toBe(3);
  const audit = house.simulator.account.audit();
  expect(Object.values(audit.creates.perSource)).toEqual([1, 1, 1]);
  expect(audit.jobs.leftovers).toEqual([]);
});
