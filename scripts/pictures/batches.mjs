import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const secondsToMs = 1_000;
const speed = 600;

/** Of the 60 servers of examples/demo.yaml: one breaks once, one is offline, one fails for good. */
const faults = {
  jobs: [
    { source: 'web-07', runs: 1, fail: { atProgress: 40, errorCode: 'InternalError' } },
    { source: 'web-11', runs: 99, fail: { atProgress: 70, errorCode: 'InternalError' } },
    { source: 'erp-02', runs: 99, fail: { atProgress: 3, errorCode: 'InternalError' } },
  ],
  sources: [{ source: 'files-03', offline: true }],
};

const shop = ['shop-01', 'shop-02', 'shop-03', 'shop-04'];
const erp = ['erp-01', 'erp-02', 'erp-03'];

const head = (name) => `version: 1
name: ${name}
account: { id: demo, quota: { jobs: 30, running: 12 } }
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, netMode: 2, vSwitchId: vsw-simulator-a }
`;

/** Waits for an approval after its first wave. */
const waitingPlan = `${head('shop-move')}waves:
  - { name: canary }
  - { name: web, after: approval }
servers:
${shop.map((name, i) => `  - { sourceName: ${name}, wave: ${i === 0 ? 'canary' : 'web'} }`).join('\n')}
`;

/** Runs for hours of the account; the job of one server has broken, and its next start is half an hour away. */
const runningPlan = `${head('erp-move')}policy: { restartDelay: 30m }
servers:
${erp.map((name) => `  - { sourceName: ${name}, systemDiskSize: 2000 }`).join('\n')}
`;

/**
 * Runs three batches on a simulated account and a Temporal server of their own: `demo` has ended with failed servers,
 * `shop-move` waits for an approval, `erp-move` runs. Gives `work` the UI's address and a way to run a command.
 */
export async function withBatches(root, work) {
  const require = createRequire(import.meta.url);
  const { startSimulator } = require(join(root, 'dist/src/simulator'));
  const { startDevServer } = require(join(root, 'dist/src/temporal'));
  const { startSimulatedWorker } = require(join(root, 'dist/src/rehearsal/simulated-worker.js'));
  const { readPlan } = require(join(root, 'dist/src/plan'));
  const { sourcesOf } = require(join(root, 'dist/src/actions/machine/demo.js'));
  const { simulatorCredentials } = require(join(root, 'dist/src/simulator'));
  const say = (line) => console.log(line);
  const folder = mkdtempSync(join(tmpdir(), 'smc-batch-pictures-'));
  const ends = [async () => rmSync(folder, { recursive: true, force: true })];
  try {
    const { plan } = await readPlan(join(root, 'examples/demo.yaml'));
    const servers = [
      ...sourcesOf(plan),
      ...shop.map((name) => ({ name, systemDiskGiB: 70, usedGiB: 20 })),
      ...erp.map((name, i) => ({ name, systemDiskGiB: 1_900, usedGiB: 1_200 + 300 * i })),
    ];
    const simulator = await startSimulator({
      servers,
      seed: 'demo',
      speed,
      jobsQuota: 30,
      runningQuota: 12,
      faults,
    });
    ends.push(() => simulator.close());
    const temporal = await startDevServer({ say });
    ends.push(() => temporal.stop());
    const worker = await startSimulatedWorker(temporal, simulator, { pollSeconds: 1, say });
    ends.push(() => worker.stop());
    const env = {
      ...process.env,
      NO_COLOR: '1',
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
      SMC_ENDPOINT: simulator.endpoint,
      ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
    };
    const run = async (...args) => {
      const ended = promisify(execFile)(process.execPath, [join(root, 'dist/src/cli.js'), ...args], {
        env,
        cwd: root,
        maxBuffer: 2 ** 26,
      });
      return (await ended.catch((failure) => failure)).stdout;
    };
    const progress = async (batch) => JSON.parse((await run('status', batch, '-o', 'json')) || '{}');
    const until = async (batch, fits) => {
      while (!fits(await progress(batch))) await sleep(2 * secondsToMs);
    };
    const phases = ({ servers = [] }, phase) => servers.filter((server) => server.phase === phase).length;

    say('The batch of examples/demo.yaml runs: about two minutes …');
    await run('apply', 'examples/demo.yaml', '--yes');
    await run('watch', 'demo');
    for (const [name, text] of [
      ['shop-move', waitingPlan],
      ['erp-move', runningPlan],
    ]) {
      writeFileSync(join(folder, `${name}.yaml`), text);
      await run('apply', join(folder, `${name}.yaml`), '--yes');
    }
    await until('shop-move', (seen) => phases(seen, 'migrated') === 1);
    await until('erp-move', (seen) => phases(seen, 'recovering') === 1 && phases(seen, 'migrating') === 2);
    // What a batch says of itself in Temporal is renewed now and then.
    await sleep(15 * secondsToMs);
    await work({ uiUrl: temporal.uiUrl, run, folder });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
