import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aHouse, type House } from '../house/a-house';

let house: House;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smc-batch-preview-'));
  house = await aHouse({ servers: 5 });
});
afterEach(async () => {
  await house?.close();
  await rm(folder, { recursive: true });
});

test('preview --simulate rehearses the real plan on a copy of the account: nothing is changed in the real one', async () => {
  const [first, second, third] = [...house.simulator.account.sources.values()];
  const plan = join(folder, 'plan.yaml');
  await writeFile(
    plan,
    `version: 1
name: rehearsed
account: { quota: { jobs: 10, running: 2 } }
defaults: { regionId: cn-hangzhou, vSwitchId: vsw-simulator-a, netMode: 2, systemDiskSize: 500 }
servers:
${[first, second, third].map((source) => `  - { sourceId: ${source!.sourceId}, name: ${source!.name} }`).join('\n')}
`,
  );
  const { code, stdout, stderr } = await house.run(
    'preview',
    plan,
    '--simulate',
    '--speed',
    '3000',
    '-o',
    'json',
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const { rehearsal } = JSON.parse(stdout);
  expect(rehearsal.progress.counts.migrated).toBe(3);
  const { creates, images } = house.simulator.account.audit();
  expect([creates.calls, images.total]).toEqual([0, 0]);
}, 240_000);
