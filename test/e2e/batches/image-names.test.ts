import { serverWorkflowId } from '../../../workflows/contract/ids';
import type { ServerResult } from '../../../workflows/contract/server-messages';
import { aHouse, type House } from '../house/a-house';

let house: House;
afterEach(() => house?.close());

test('a migrated server knows its image by the name that the account has for it, whatever the plan asked for', async () => {
  house = await aHouse({ servers: 3, jobSeconds: 1_000 });
  const names = ['golden', 'golden', undefined];
  const plan = house.plan(3, { server: (nth) => ({ job: { imageName: names[nth] } }) });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await batch.result();
  const results = await Promise.all(
    plan.servers.map(({ name }) =>
      house.client.workflow
        .getHandle<() => Promise<ServerResult>>(serverWorkflowId(plan.name, name))
        .result(),
    ),
  );
  const { images } = house.simulator.account;
  for (const result of results) {
    if (result.outcome !== 'migrated') throw new Error(`it was ${result.outcome}`);
    expect(result.imageName).toBe(images.get(result.imageId!)?.name);
  }
  expect(new Set([...images.values()].map(({ name }) => name)).size).toBe(3);
});
