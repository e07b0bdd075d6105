import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const names = ['web-01', 'web-02', 'web-03'];
const plan = `version: 1
name: dc1
account: { id: demo, quota: { jobs: 10, running: 5 } }
defaults: { regionId: cn-hangzhou, systemDiskSize: 80 }
waves:
  - { name: canary }
  - { name: web, after: approval }
servers:
${names.map((name, i) => `  - { sourceName: ${name}, wave: ${i === 0 ? 'canary' : 'web'} }`).join('\n')}
`;

/**
 * Runs a batch on a simulated account until its second wave waits for an approval. Gives `work` the address of its worker's
 * pages. Nothing of it is left afterwards.
 */
export async function withWaitingBatch(root, work) {
  const require = createRequire(import.meta.url);
  const { startSimulator, simulatorCredentials } = require(join(root, 'dist/src/simulator'));
  const { freePort, startDevServer } = require(join(root, 'dist/src/temporal'));
  const { startSimulatedWorker } = require(join(root, 'dist/src/rehearsal/simulated-worker.js'));
  const say = (line) => console.log(line);
  const folder = mkdtempSync(join(tmpdir(), 'smc-batch-alerts-'));
  const ends = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const servers = names.map((name) => ({ name, systemDiskGiB: 70, usedGiB: 20 }));
    const simulator = await startSimulator({ servers, seed: 'alerts', speed: 3_000 });
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const target = `127.0.0.1:${await freePort()}`;
    process.env.SMC_METRICS_ADDRESS = target;
    const worker = await startSimulatedWorker(temporal, simulator, { pollSeconds: 1, say });
    ends.push(() => worker.stop());
    const env = {
      ...process.env,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
      SMC_ENDPOINT: simulator.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
    };
    const run = (...args) =>
      promisify(execFile)(process.execPath, [join(root, 'dist/src/cli.js'), ...args], { env });
    writeFileSync(join(folder, 'dc1.yaml'), plan);
    await run('apply', join(folder, 'dc1.yaml'), '--yes');
    for (;;) {
      const { progress } = JSON.parse((await run('status', 'dc1', '-o', 'json')).stdout);
      if (progress.status === 'waiting for approval') break;
      await sleep(1_000);
    }
    say('ok  the batch waits for an approval');
    await work({ target });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
