import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BatchReader,
  createCollector,
  createMeter,
  type LeftJob,
  metricsText,
  newHealth,
  servePages,
} from '../../src/metrics';
import type { BatchFigures } from '../../workflows/contract/figures/figures';

const figures: BatchFigures = {
  batch: 'dc1',
  account: 'acme',
  status: 'running',
  waves: [
    { name: 'canary', phases: { migrated: 2 } },
    { name: 'rest "1"', phases: { migrating: 3, waiting: 4 }, estimatedEnd: 9_000, windowClosesAt: 8_000 },
  ],
  waiting: { runningSlots: 3, dependency: 1 },
  slots: { leased: { existing: 10, running: 3 }, inUse: { existing: 5, running: 3 } },
  quota: { jobs: 100, running: 50, changedAt: 1 },
  estimatedEnd: 10_000,
  leftovers: 1,
  strayJobs: 2,
  leftoverSeconds: 60,
  accountTrouble: 'Forbidden.RAM',
  unsentMessages: 0,
};

const aMeter = () => createMeter({ version: '1.2.3', taskQueue: 'smc-batch' });
const reading = (reader: Partial<BatchReader>): BatchReader => ({
  running: async () => ['dc1'],
  figures: async () => figures,
  leftJobs: { read: async () => [], everyMs: 600_000 },
  ...reader,
});
const linesOf = (text: string) => text.split('\n').filter((line) => line && !line.startsWith('#'));

test('the page tells what a worker has counted, by operation, code, outcome and stage', async () => {
  const meter = aMeter();
  meter.apiCalled('CreateReplicationJob', 'OK', 0.2);
  meter.apiCalled('CreateReplicationJob', 'Throttling.User', 0.1);
  meter.credentialsFailed('CredentialsMissing');
  meter.measured({ kind: 'end', outcome: 'migrated' });
  meter.measured({ kind: 'stage', stage: 'migration', seconds: 100 });
  meter.measured({ kind: 'break', code: 'InternalError' });
  meter.webhookAnswered('failed');
  meter.takesWork(true);
  const text = await metricsText({ registry: meter.registry });
  expect(linesOf(text)).toEqual(
    expect.arrayContaining([
      'smc_batch_api_requests_total{operation="CreateReplicationJob",code="OK"} 1',
      'smc_batch_api_requests_total{operation="CreateReplicationJob",code="Throttling.User"} 1',
      'smc_batch_api_request_duration_seconds_count{operation="CreateReplicationJob"} 2',
      'smc_batch_credentials_failures_total{code="CredentialsMissing"} 1',
      'smc_batch_server_ends_total{outcome="migrated"} 1',
      'smc_batch_server_ends_total{outcome="failed"} 0',
      'smc_batch_server_stage_duration_seconds_bucket{le="300",stage="migration"} 1',
      'smc_batch_job_breaks_total{code="InternalError"} 1',
      'smc_batch_webhook_deliveries_total{result="failed"} 1',
      'smc_batch_worker_ready 1',
      'smc_batch_worker_info{version="1.2.3",task_queue="smc-batch"} 1',
    ]),
  );
});

test('the page tells each batch that runs in numbers', async () => {
  const { registry } = aMeter();
  const collector = createCollector({ registry, reader: reading({}) });
  const text = await metricsText({ registry, collector });
  expect(linesOf(text)).toEqual(
    expect.arrayContaining([
      'smc_batch_batch_status{batch="dc1",status="running"} 1',
      'smc_batch_servers{batch="dc1",wave="rest \\"1\\"",phase="waiting"} 4',
      'smc_batch_waiting_servers{batch="dc1",reason="dependency"} 1',
      'smc_batch_slots{account="acme",batch="dc1",kind="existing",state="in_use"} 5',
      'smc_batch_account_quota{account="acme",kind="running"} 50',
      'smc_batch_account_trouble{batch="dc1",code="Forbidden.RAM"} 1',
      'smc_batch_estimated_end_timestamp_seconds{batch="dc1"} 10',
      'smc_batch_window_close_timestamp_seconds{batch="dc1",wave="rest \\"1\\""} 8',
      'smc_batch_leftover_jobs{batch="dc1"} 1',
      'smc_batch_leftover_instance_seconds{batch="dc1"} 60',
      'smc_batch_collector_success 1',
    ]),
  );
});

test('readers of the page that come together, or soon after, cost one question to a batch', async () => {
  const { registry } = aMeter();
  let asked = 0;
  let now = 1_000_000;
  const figuresOf = async () => {
    asked++;
    return figures;
  };
  const reader = reading({ figures: figuresOf });
  const collector = createCollector({ registry, reader, freshMs: 15_000, now: () => now });
  await Promise.all([collector.collect(), collector.collect()]);
  now += 14_000;
  await collector.collect();
  expect(asked).toBe(1);
  now += 2_000;
  await collector.collect();
  expect(asked).toBe(2);
});

test('a batch that cannot be asked keeps its last figures for a while, and the failure is a metric', async () => {
  const { registry } = aMeter();
  let now = 1_000_000;
  let isAway = false;
  const reader = reading({
    figures: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(figures)),
  });
  const collector = createCollector({ registry, reader, freshMs: 0, staleMs: 60_000, now: () => now });
  await collector.collect();
  isAway = true;
  now += 10_000;
  const soon = linesOf(await metricsText({ registry, collector }));
  expect(soon).toContain('smc_batch_leftover_jobs{batch="dc1"} 1');
  expect(soon).toContain('smc_batch_collector_errors_total 1');
  expect(soon).toContain('smc_batch_collector_success 0');
  now += 60_000;
  expect(await metricsText({ registry, collector })).not.toContain('batch="dc1"');
});

test('a batch that has ended leaves the page, and one that never answers does not hold it up', async () => {
  const { registry } = aMeter();
  let running = ['dc1'];
  const never = () => new Promise<BatchFigures>(() => {});
  const reader = reading({
    running: async () => running,
    figures: (name) => (name === 'slow' ? never() : Promise.resolve({ ...figures, batch: name })),
  });
  const collector = createCollector({ registry, reader, freshMs: 0, patienceMs: 50 });
  await collector.collect();
  running = ['slow'];
  const text = await metricsText({ registry, collector });
  expect(text).toContain('smc_batch_worker_ready');
});

describe('the jobs that a batch has left', () => {
  const endedAt = 1_000_000_000;
  const hour = 3_600_000;

  /** A page whose batch `dc1` ends with one job that is billed; `inAccount` are the jobs that the account then has. */
  async function afterItsEnd(inAccount: LeftJob[] | undefined) {
    const { registry } = aMeter();
    const clock = { now: endedAt };
    const reads: (readonly string[])[] = [];
    let [running, left] = [['dc1'], inAccount];
    const reader = reading({
      running: async () => running,
      leftJobs: {
        everyMs: 600_000,
        read: async (names) => {
          reads.push(names);
          return left?.filter(({ batch }) => !names.includes(batch));
        },
      },
    });
    const collector = createCollector({ registry, reader, freshMs: 0, now: () => clock.now });
    const page = async (laterMs: number) => {
      clock.now += laterMs;
      const text = await metricsText({ registry, collector });
      return linesOf(text)
        .filter((line) => line.includes('leftover'))
        .sort();
    };
    await page(0);
    running = [];
    return {
      page,
      reads,
      answer: (jobs: LeftJob[] | undefined) => {
        left = jobs;
      },
    };
  }

  test('stay on the page after its end, and their bill grows, until they are gone', async () => {
    const { page, answer } = await afterItsEnd([
      { batch: 'dc1', billedSince: endedAt - hour },
      { batch: 'dc1' },
      { batch: 'old', billedSince: endedAt + hour },
    ]);
    // Its own last figures, with the time since then.
    expect(await page(30_000)).toEqual([
      'smc_batch_leftover_instance_seconds{batch="dc1"} 60',
      'smc_batch_leftover_instance_seconds{batch="old"} 1',
      'smc_batch_leftover_jobs{batch="dc1"} 1',
      'smc_batch_leftover_jobs{batch="old"} 1',
    ]);
    expect(await page(30_000)).toEqual([
      'smc_batch_leftover_instance_seconds{batch="dc1"} 3660',
      'smc_batch_leftover_instance_seconds{batch="old"} 1',
      'smc_batch_leftover_jobs{batch="dc1"} 2',
      'smc_batch_leftover_jobs{batch="old"} 1',
    ]);
    answer([{ batch: 'dc1', billedSince: endedAt - hour }]);
    await page(600_000);
    expect(await page(60_000)).toEqual([
      'smc_batch_leftover_instance_seconds{batch="dc1"} 4320',
      'smc_batch_leftover_jobs{batch="dc1"} 1',
    ]);
    answer([]);
    await page(600_000);
    expect(await page(0)).toEqual([]);
  });

  test('are billed for no less than before, whatever clock the account has', async () => {
    const { page } = await afterItsEnd([{ batch: 'dc1', billedSince: endedAt + hour }]);
    await page(30_000);
    expect(await page(30_000)).toContain('smc_batch_leftover_instance_seconds{batch="dc1"} 90');
  });

  test('cost a read of the account each ten minutes, however often the page is read', async () => {
    const { page, reads } = await afterItsEnd([]);
    for (let minutes = 0; minutes < 60; minutes++) await page(60_000);
    // At the start, at the end of the batch, and then each ten minutes.
    expect(reads.length).toBeGreaterThanOrEqual(6);
    expect(reads.length).toBeLessThanOrEqual(8);
    expect(reads[0]).toEqual(['dc1']);
  });

  test('stay as they were known where the account cannot be read', async () => {
    const { page, answer } = await afterItsEnd([{ batch: 'dc1' }]);
    await page(0);
    expect(await page(0)).toContain('smc_batch_leftover_jobs{batch="dc1"} 1');
    answer(undefined);
    await page(600_000);
    expect(await page(600_000)).toContain('smc_batch_leftover_jobs{batch="dc1"} 1');
  });
});

test('codes of others stay short, and cannot fill the memory', async () => {
  const meter = aMeter();
  meter.apiCalled('StartReplicationJob', 'x"\n'.repeat(500), 0);
  for (let i = 0; i < 1_000; i++) meter.apiCalled('StartReplicationJob', `Code.${i}`, 0);
  const lines = linesOf(await metricsText({ registry: meter.registry })).filter((line) =>
    line.includes('requests_total'),
  );
  expect(lines.length).toBeLessThan(250);
  expect(lines.some((line) => line.includes('code="other"'))).toBe(true);
});

test('a worker is alive at once, and ready once it takes work; until then the page says why not', async () => {
  const health = newHealth();
  const pages = await servePages({ host: '127.0.0.1', port: 0, health, metrics: async () => 'up 1\n' });
  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(pages.url + path, { method });
    return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
  };
  try {
    expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    health.notReady('the account refuses its calls\u001b[2J');
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      text: 'not ready: the account refuses its calls [2J\n',
    });
    health.ready();
    expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ready\n' });
    expect(await get('/metrics')).toEqual({
      status: 200,
      text: 'up 1\n',
      type: 'text/plain; version=0.0.4; charset=utf-8',
    });
    expect((await get('/metrics', 'POST')).status).toBe(405);
    expect((await get('/etc/passwd')).status).toBe(404);
  } finally {
    await pages.close();
  }
  await sleep(1);
  await expect(fetch(`${pages.url}/healthz`)).rejects.toThrow();
});
