import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { connectClient } from '../../../src/temporal';
import { aHouse, type House, until } from '../house/a-house';

const folder = mkdtempSync(join(tmpdir(), 'smc-batch-attributes-'));
afterAll(() => rmSync(folder, { recursive: true }));

let house: House;
let namespace: string;
let plan: string;
beforeEach(async () => {
  house = await aHouse({ servers: 1 });
  namespace = house.env.SMC_TASK_QUEUE!;
  const [source] = [...house.simulator.account.sources.keys()];
  plan = join(folder, `${namespace}.yaml`);
  writeFileSync(
    plan,
    `version: 1\nname: fresh\ndefaults: { regionId: cn-hangzhou, systemDiskSize: 400 }\nservers: [{ sourceId: ${source} }]\n`,
  );
  const { workflowService } = house.client.connection as Connection;
  const retention = { seconds: 86_400 as never };
  await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention });
  house.env.TEMPORAL_NAMESPACE = namespace;
  const address = house.env.TEMPORAL_ADDRESS!;
  // A namespace is known to the whole server a moment later.
  await until(async () => {
    const client = await connectClient({ address, namespace, connectionOptions: { address } });
    try {
      await client.workflow.count();
      return true;
    } catch {
      return false;
    } finally {
      await client.connection.close();
    }
  });
});
afterEach(() => house.close());

test('on a fresh Temporal a batch can be listed and started before the first worker', async () => {
  expect(await house.run('list')).toMatchObject({ code: 0, stderr: '' });
  const applied = await house.run('apply', plan, '--yes');
  expect(applied.stderr).toContain("Batch 'fresh' is started, but no worker takes work");
  expect(applied.code).toBe(0);
  expect(await house.run('list')).toMatchObject({ code: 0, stdout: expect.stringContaining('fresh') });
});

test('a search attribute of another type: apply and worker name it, its type and what to type', async () => {
  const { operatorService } = house.client.connection as Connection;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: { SmcBatch: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT },
  });
  for (const command of [['apply', plan, '--yes'], ['worker']]) {
    const { code, stderr } = await house.run(...command);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The namespace '\S+' has search attributes of another type than Keyword: SmcBatch \(Int\)\. .*search-attribute remove .* --name SmcBatch --yes, then: .* --name SmcBatch --type Keyword$/m,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  expect((await house.run('doctor')).stdout).toMatch(/problem +Search attributes: .*SmcBatch \(Int\)/);
});
