import { freePort } from '../../../src/temporal';
import { historyLimit } from '../../../workflows/batch/history-limit';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { journalQuery } from '../../../workflows/contract/views';
import { aHouse, type House, lengthenHistory, until, untilProgress } from '../house/a-house';
import { aWebhook } from '../house/a-webhook';

let house: House;
let hook: Awaited<ReturnType<typeof aWebhook>>;
afterEach(async () => {
  await house?.close();
  await hook?.close();
});

const count = 6;
/** The second wave gives the test the time that it needs in the middle of the batch. */
const gated = [{ name: 'first' }, { name: 'second', after: 'approval' as const }];
const handleOf = (batch: string) => house.client.workflow.getHandle(batchWorkflowId(batch));
const runOf = async (batch: string) => (await handleOf(batch).describe()).runId;

const pageOf = async (page: string, path = 'metrics') => (await fetch(`http://${page}/${path}`)).text();

/** A new run of the batch takes over. */
async function continuedAsNew(batch: string): Promise<void> {
  const before = await runOf(batch);
  await lengthenHistory(house, batch, historyLimit.quiet + 1);
  await until(async () => (await runOf(batch)) !== before);
}

test('servers go on while the webhook refuses connections, and it gets the messages when it is back, also from the next run', async () => {
  const reason = /the webhook could not be reached: connection refused/;
  hook = await aWebhook('refuses');
  house = await aHouse({ servers: count, jobSeconds: 2_000, env: { SMC_WEBHOOK_URL: hook.url } });
  const plan = house.plan(count, { waves: gated });
  const page = `127.0.0.1:${await freePort()}`;
  await house.startWorkerProcess({ SMC_METRICS_ADDRESS: page });
  const batch = house.batch(plan);
  await batch.start(plan);
  await untilProgress(batch, ({ webhook }) => webhook !== undefined);
  await continuedAsNew(plan.name);
  // The page of the worker has the batch in numbers.
  const figures = await pageOf(page);
  expect(figures).toMatch(/^smc_batch_waiting_servers{batch="[^"]+",reason="\w+"} \d$/m);
  expect(figures).toMatch(/^smc_batch_webhook_deliveries_total{result="failed"} [1-9]/m);
  await house.run('approve', plan.name, 'second', '--yes');
  await batch.result();
  // Each end counts once, also those in the batch's next run.
  const counted = await pageOf(page);
  expect(counted).toContain(`smc_batch_server_ends_total{outcome="migrated"} ${count}\n`);
  expect(counted).toMatch(/^smc_batch_api_requests_total{operation="StartReplicationJob",code="OK"} 6$/m);
  expect(counted).toMatch(/^temporal_workflow_completed_total{/m);
  expect(await pageOf(page, 'readyz')).toBe('ready\n');
  const { images, jobs } = house.simulator.account.audit();
  expect([images.total, jobs.leftovers]).toEqual([count, []]);
  expect(hook.taken).toEqual([]);

  const journal = await handleOf(plan.name).query(journalQuery);
  expect(journal.filter(({ what }) => reason.test(what))).toHaveLength(1);
  const { stdout } = await house.run('status', plan.name);
  expect(stdout).toMatch(reason);
  expect(JSON.parse((await house.run('status', plan.name, '-o', 'json')).stdout).troubles).toContainEqual(
    expect.objectContaining({ error: expect.stringMatching(reason), servers: [] }),
  );
  expect(stdout + JSON.stringify(journal)).not.toContain('not-a-secret');

  // Nobody who ran the batch is left: the news is Temporal's.
  await house.killWorkers();
  await hook.behave('takes');
  await house.startWorker();
  await until(() => JSON.stringify(hook.taken).includes(`has ended: ${count} migrated`));
});

test('a webhook that hangs keeps no order from being heard, also after the batch has continued as new', async () => {
  hook = await aWebhook('hangs');
  house = await aHouse({ servers: count, jobSeconds: 2_000, env: { SMC_WEBHOOK_URL: hook.url } });
  const plan = house.plan(count, { waves: gated });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  await until(() => hook.tries() > 0);
  await continuedAsNew(plan.name);
  const { code } = await house.run('cancel', plan.name, '--yes');
  expect(code).toBe(0);
  await batch.result().catch(() => undefined);
  const { counts } = await batch.progress();
  expect(counts.cancelled).toBeGreaterThan(0);
  expect(counts.failed).toBe(0);
  expect(house.simulator.account.audit().jobs.leftovers).toEqual([]);
});

test('a webhook that refuses a message for good is reported, servers go on, and the next message ends the trouble', async () => {
  hook = await aWebhook({ body: '{"errcode":310000,"errmsg":"keywords not in content"}' });
  house = await aHouse({
    servers: 4,
    jobSeconds: 2_000,
    env: { SMC_WEBHOOK_URL: hook.url, SMC_WEBHOOK_FORMAT: 'dingtalk' },
  });
  const plan = house.plan(4, { waves: [{ name: 'first' }, { name: 'second', after: 'approval' }] });
  await house.startWorker();
  const batch = house.batch(plan);
  await batch.start(plan);
  const { webhook } = await untilProgress(batch, (progress) => progress.webhook !== undefined);
  expect(webhook).toMatchObject({
    reason: expect.stringMatching(/errcode 310000: keywords not in content$/),
  });
  await until(async () => (await batch.progress()).waves[0]!.state === 'ended');

  await hook.behave('takes');
  await house.run('approve', plan.name, 'second', '--yes');
  await batch.result();
  expect((await batch.progress()).webhook).toBeUndefined();
  expect(JSON.stringify(hook.taken)).toContain('has ended: 4 migrated');
  const journal = await handleOf(plan.name).query(journalQuery);
  expect(journal.filter(({ what }) => what.includes('errcode 310000'))).toHaveLength(1);
  expect(journal.filter(({ what }) => what === 'the webhook takes messages again')).toHaveLength(1);
});
