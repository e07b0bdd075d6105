import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilSaid } from '../../../bench/stage';
import { simulatorCredentials } from '../../../src/simulator';
import { freePort } from '../../../src/temporal';
import type { BatchEvent } from '../../../workflows/contract/batch-event';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { limitsUpdate } from '../../../workflows/contract/orders';
import { aHouse, endedCount, type House, until, untilProgress } from '../house/a-house';

let house: House;
let webhook: Server | undefined;
let home: string | undefined;
afterEach(async () => {
  await house?.close();
  webhook?.close();
  webhook = undefined;
  if (home) await rm(home, { recursive: true });
  home = undefined;
});

const audit = () => house.simulator.account.audit();
const refuseAll = (code: string, httpStatus: number) => ({
  calls: [{ operation: '*', error: { code, httpStatus } }],
});

/** Collects what operators are told. */
async function aWebhook() {
  const events: BatchEvent[] = [];
  webhook = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    events.push(JSON.parse(Buffer.concat(body).toString()));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
  const { port } = webhook.address() as AddressInfo;
  const said = (kind: BatchEvent['kind']) => events.filter((event) => event.kind === kind);
  return { url: `http://127.0.0.1:${port}/`, said };
}

const expectAllMigrated = async (batch: ReturnType<House['batch']>, count: number) => {
  const ended = await untilProgress(batch, (progress) => endedCount(progress) === count);
  expect(ended.counts).toMatchObject({ migrated: count, failed: 0, cancelled: 0 });
  await until(() => audit().jobs.existing === 0);
  expect(audit().creates.tookEffect).toBe(count);
};

test('an expired token as a wave of 8 starts fails no server: the batch says so on top and goes on by itself', async () => {
  const told = await aWebhook();
  house = await aHouse({ servers: 8, jobSeconds: 1_000, env: { SMC_WEBHOOK_URL: told.url } });
  const plan = house.plan(8, { waves: [{ name: 'night', after: 'approval' }] });
  const batch = house.batch(plan);
  await house.startWorkerProcess();
  await batch.start(plan);
  await untilProgress(batch, ({ status }) => status === 'waiting for approval');

  house.breakThings(refuseAll('InvalidSecurityToken.Expired', 400));
  expect((await house.run('approve', plan.name, 'night', '--yes')).code).toBe(0);
  const { accountTrouble } = await untilProgress(batch, (progress) => progress.accountTrouble !== undefined);
  expect(accountTrouble?.error).toMatchObject({
    code: 'InvalidSecurityToken.Expired',
    remedy: expect.stringContaining('Renew'),
    requestId: expect.any(String),
  });
  const { name } = plan.servers[0]!;
  for (const command of [
    ['status', plan.name],
    ['explain', plan.name, name],
    ['report', plan.name],
  ])
    expect((await house.run(...command)).stdout.split('\n').slice(0, 3).join('\n')).toMatch(
      /account +the account refuses calls since .*InvalidSecurityToken\.Expired/,
    );
  expect((await house.run('list')).stdout).toContain('InvalidSecurityToken.Expired');
  await until(() => told.said('account').length === 1);

  house.breakThings({});
  await expectAllMigrated(batch, 8);
  await until(() => told.said('end').length === 1);
  expect(told.said('failure')).toEqual([]);
  expect(told.said('account').map(({ what }) => what)).toEqual([
    expect.stringContaining('InvalidSecurityToken.Expired'),
    expect.stringContaining('no longer refuses'),
  ]);
});

test('a second worker with a wrong secret takes no work: nothing fails, nothing stands still', async () => {
  house = await aHouse({ servers: 8, jobSeconds: 2_000 });
  const page = `127.0.0.1:${await freePort()}`;
  const wrong = await house.startWorkerProcess({
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong',
    SMC_METRICS_ADDRESS: page,
  });
  await untilSaid(wrong, 'SignatureDoesNotMatch');
  const ready = await fetch(`http://${page}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('SignatureDoesNotMatch')]);
  await house.startWorker();
  const plan = house.plan(8);
  const batch = house.batch(plan);
  await batch.start(plan);
  await expectAllMigrated(batch, 8);
  expect((await batch.progress()).accountTrouble).toBeUndefined();
});

test('a worker that is started before its credentials exist says so, and takes work once they do', async () => {
  home = await mkdtemp(join(tmpdir(), 'smc-batch-test-'));
  house = await aHouse({
    servers: 2,
    env: {
      HOME: home,
      ALIBABA_CLOUD_ACCESS_KEY_ID: '',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: '',
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    },
  });
  const worker = await house.startWorkerProcess();
  await untilSaid(worker, 'CredentialsMissing');
  const plan = house.plan(2);
  const batch = house.batch(plan);
  await batch.start(plan);

  const { accessKeyId, accessKeySecret } = simulatorCredentials;
  const profile = {
    name: 'default',
    mode: 'AK',
    access_key_id: accessKeyId,
    access_key_secret: accessKeySecret,
  };
  await mkdir(join(home, '.aliyun'));
  await writeFile(
    join(home, '.aliyun', 'config.json'),
    JSON.stringify({ current: 'default', profiles: [profile] }),
  );
  await untilSaid(worker, 'it takes work');
  await expectAllMigrated(batch, 2);
});

test('permissions that are taken away for a while, one after the other, fail no server and make no second job', async () => {
  house = await aHouse({ servers: 5, runningQuota: 4, jobSeconds: 10_000 });
  const plan = house.plan(5);
  const batch = house.batch(plan);
  await house.startWorkerProcess();
  const refuse = (operation: string, code: string) =>
    house.breakThings({ calls: [{ operation, error: { code, httpStatus: 403 } }] });
  const troubleWith = async (action: string, code: string) => {
    const { accountTrouble } = await untilProgress(
      batch,
      (progress) => progress.accountTrouble?.error.action === action,
    );
    expect(accountTrouble?.error).toMatchObject({ code, action });
  };
  refuse('StartReplicationJob', 'Forbidden.RAM');
  await batch.start(plan);
  await troubleWith('StartReplicationJob', 'Forbidden.RAM');

  refuse('DescribeReplicationJobs', 'Forbidden.Unauthorized');
  await troubleWith('DescribeReplicationJobs', 'Forbidden.Unauthorized');
  // The quota cannot count, and goes on dealing.
  const told = await untilProgress(batch, ({ quotaTrouble }) => quotaTrouble !== undefined);
  expect(told.quotaTrouble).toMatchObject({ code: 'Forbidden.Unauthorized' });
  // The looks at the running jobs are refused as well, which says more.
  expect(told.waiting).toContain('Forbidden.Unauthorized');
  await house.client.workflow
    .getHandle(batchWorkflowId(plan.name))
    .executeUpdate(limitsUpdate, { args: [{ by: 'tester', runningQuota: 2 }] });
  await untilProgress(batch, ({ slots }) => slots.cap.running === 2);

  for (const [operation, code] of [
    ['TagResources', 'Forbidden.RAM'],
    ['DeleteReplicationJob', 'NoPermission'],
  ] as const) {
    refuse(operation, code);
    await troubleWith(operation, code);
  }
  house.breakThings({});
  await expectAllMigrated(batch, 5);
});
