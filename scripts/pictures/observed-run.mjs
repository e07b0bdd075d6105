import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { withPrometheus } from '../alerts/prometheus.mjs';

const waves = { canary: 4, web: 20, db: 8 };
const servers = Object.entries(waves).flatMap(([wave, count]) =>
  Array.from({ length: count }, (_, i) => ({ name: `${wave}-${String(i + 1).padStart(2, '0')}`, wave })),
);

/** One server breaks and recovers, one fails for good and its job is kept; SMC throttles at the start, and is away for a call in forty. */
const faults = {
  jobs: [
    { source: 'db-03', runs: 1, fail: { atProgress: 40, errorCode: 'InternalError' } },
    { source: 'web-11', fail: { atProgress: 70, errorCode: 'InternalError' } },
  ],
  calls: [
    { operation: 'CreateReplicationJob', between: [2, 4], error: { code: 'Throttling.User' } },
    { operation: '*', every: 40, error: { code: 'ServiceUnavailable', httpStatus: 503 } },
  ],
};

const plan = `version: 1
name: dc1-exit
account: { id: production, quota: { jobs: 20, running: 6 } }
policy: { attempts: 2, restartDelay: 5s, onFailure: keepJob }
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, netMode: 2, vSwitchId: vsw-simulator-a }
waves:
  - { name: canary }
  - { name: web }
  - { name: db, after: approval }
servers:
${servers.map(({ name, wave }) => `  - { sourceName: ${name}, wave: ${wave} }`).join('\n')}
`;

/**
 * Runs a batch on a simulated account, with two workers that a real Prometheus scrapes and that send their traces by OTLP. Gives
 * `work` what was measured once the batch has ended: `prometheus` to ask, the times, and the spans.
 */
export async function withObservedRun(root, work) {
  const require = createRequire(import.meta.url);
  const { startSimulator, simulatorCredentials } = require(join(root, 'dist/src/simulator'));
  const { freePort, startDevServer } = require(join(root, 'dist/src/temporal'));
  const { startSimulatedWorker } = require(join(root, 'dist/src/rehearsal/simulated-worker.js'));
  const say = (line) => console.log(line);
  const folder = mkdtempSync(join(tmpdir(), 'smc-batch-observed-'));
  const ends = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const collector = await spanCollector();
    ends.push(collector.close);
    const sources = servers.map(({ name }) => ({ name, systemDiskGiB: 70, usedGiB: 20 }));
    const quotas = { jobsQuota: 20, runningQuota: 6 };
    const simulator = await startSimulator({
      servers: sources,
      seed: 'observed',
      speed: 240,
      faults,
      ...quotas,
    });
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const targets = [];
    for (let i = 0; i < 2; i++) {
      const target = `127.0.0.1:${await freePort()}`;
      Object.assign(process.env, collector.env, { SMC_METRICS_ADDRESS: target });
      const worker = await startSimulatedWorker(temporal, simulator, { pollSeconds: 1, say });
      ends.push(() => worker.stop());
      targets.push(target);
    }
    const env = {
      ...process.env,
      SMC_ENDPOINT: simulator.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
    };
    const run = (...args) =>
      promisify(execFile)(process.execPath, [join(root, 'dist/src/cli.js'), ...args], { env });
    const progress = async () => JSON.parse((await run('status', 'dc1-exit', '-o', 'json')).stdout).progress;
    writeFileSync(join(folder, 'dc1-exit.yaml'), plan);
    const rules = join(root, 'deploy/observability/alerts.yml');
    await withPrometheus({ target: targets.join("', '"), rules }, async (prometheus) => {
      const began = Date.now() / 1000 - 3;
      await sleep(4_000);
      await run('apply', join(folder, 'dc1-exit.yaml'), '--yes');
      say('the batch runs …');
      const until = async (status) => {
        for (;;) {
          const now = await progress();
          if (now.status.startsWith(status)) return;
          await sleep(2_000);
        }
      };
      while ((await progress()).counts.migrated < 10) await sleep(1_000);
      // The workers ask the batches each 15 seconds.
      await sleep(17_000);
      const middle = Date.now() / 1000;
      await until('waiting for approval');
      say('it waits for its approval …');
      await sleep(8_000);
      await run('approve', 'dc1-exit', 'db', '--yes');
      await until('ended');
      // What it has left is read from the account every twenty polls.
      await sleep(25_000);
      await work({ prometheus, began, middle, ended: Date.now() / 1000, spans: collector.spans });
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** A place for spans by OTLP over HTTP, as JSON. */
async function spanCollector() {
  const spans = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { resourceSpans = [] } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  return {
    spans,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '500',
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** The dashboard of the repository. */
export const dashboardOf = (root) =>
  JSON.parse(readFileSync(join(root, 'deploy/compose/grafana/dashboards/smc-batch.json'), 'utf8'));
