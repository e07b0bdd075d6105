import { batchWorkflowId } from '../../workflows/contract/ids';
import { journalQuery } from '../../workflows/contract/views';
import { aHouse, endedCount, type House, until, untilProgress } from './a-house';
import { aWebhook, type WebhookManner } from './a-webhook';

let house: House;
let hook: Awaited<ReturnType<typeof aWebhook>>;
afterEach(async () => {
  await house?.close();
  await hook?.close();
});

/** Far more than the batch's history takes before it continues as new. */
const count = 180;
/** A busy machine needs minutes for them. */
const patienceMs = 480_000;
const waves = Array.from({ length: 10 }, (_, i) => ({ name: `wave-${i}`, overlap: true }));
const handleOf = (batch: string) => house.client.workflow.getHandle(batchWorkflowId(batch));
const runOf = async (batch: string) => (await handleOf(batch).describe()).runId;

test.each<[string, WebhookManner, 'json' | 'dingtalk', RegExp]>([
  ['refuses connections', 'refuses', 'json', /the webhook could not be reached: connection refused/],
  [
    'answers that there are too many messages',
    { body: '{"errcode":130101,"errmsg":"send too fast"}' },
    'dingtalk',
    /the webhook refused the message: errcode 130101: send too fast/,
  ],
])(
  'a webhook that %s holds no server up, is told, and hears the news when it is back',
  async (_, manner, format, reason) => {
    hook = await aWebhook(manner);
    house = await aHouse({
      servers: count,
      jobSeconds: 2_000,
      env: { SMC_WEBHOOK_URL: hook.url, SMC_WEBHOOK_FORMAT: format },
    });
    const plan = house.plan(count, { waves });
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    const firstRun = await runOf(plan.name);

    // So fast a batch may be over before enough tries have failed.
    const isSlow = format === 'dingtalk';
    await untilProgress(batch, (progress) => endedCount(progress) === count);
    await batch.result();
    expect(await runOf(plan.name)).not.toBe(firstRun);
    const { images, jobs } = house.simulator.account.audit();
    expect([images.total, jobs.leftovers]).toEqual([count, []]);
    expect(hook.taken).toEqual([]);

    const journal = await handleOf(plan.name).query(journalQuery);
    const { stdout } = await house.run('status', plan.name);
    if (!isSlow) {
      expect(journal.filter(({ what }) => reason.test(what))).toHaveLength(1);
      expect(stdout).toMatch(reason);
      expect(JSON.parse((await house.run('status', plan.name, '-o', 'json')).stdout).troubles).toContainEqual(
        expect.objectContaining({ error: expect.stringMatching(reason), servers: [] }),
      );
    }
    expect(stdout + JSON.stringify(journal)).not.toContain('not-a-secret');

    // Nobody who ran the batch is left: the news is Temporal's.
    await house.killWorkers();
    await hook.behave('takes');
    await house.startWorker();
    await until(() => JSON.stringify(hook.taken).includes(`has ended: ${count} migrated`));
  },
  patienceMs,
);

test(
  'a webhook that hangs keeps no order from being heard, also after the batch has continued as new',
  async () => {
    hook = await aWebhook('hangs');
    house = await aHouse({ servers: count, jobSeconds: 2_000, env: { SMC_WEBHOOK_URL: hook.url } });
    const plan = house.plan(count, { waves });
    await house.startWorker();
    const batch = house.batch(plan);
    await batch.start(plan);
    const firstRun = await runOf(plan.name);
    await until(async () => hook.tries() > 0 && (await runOf(plan.name)) !== firstRun);
    const { code } = await house.run('cancel', plan.name, '--yes');
    expect(code).toBe(0);
    await batch.result().catch(() => undefined);
    const { counts } = await batch.progress();
    expect(counts.cancelled).toBeGreaterThan(0);
    expect(counts.failed).toBe(0);
    expect(house.simulator.account.audit().jobs.leftovers).toEqual([]);
  },
  patienceMs,
);

test('a webhook that refuses a message for good is told of, holds nothing up, and is all right with the next', async () => {
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
