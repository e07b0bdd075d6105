import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const patienceMs = 120_000;

/**
 * Runs a Prometheus that scrapes the target each second, with these rules; each of them fires after five seconds instead of its
 * own time.
 */
export async function withPrometheus({ target, rules }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'smc-batch-prometheus-'));
  const quick = readFileSync(rules, 'utf8').replace(/^( +for:).*$/gm, '$1 5s');
  writeFileSync(join(folder, 'alerts.yml'), quick);
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [alerts.yml]
scrape_configs:
  - job_name: smc-batch
    static_configs: [{ targets: ['${target}'] }]
`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(server, 'exit');
  const ask = async (path) => {
    const answer = await (await fetch(`http://${address}/api/v1/${path}`)).json();
    if (answer.status !== 'success') throw new Error(`Prometheus refuses ${path}: ${answer.error}`);
    return answer.data;
  };
  try {
    await work({
      query: async (query) => (await ask(`query?query=${encodeURIComponent(query)}`)).result,
      /** The series of a query between two times, in seconds since the epoch. */
      async range(query, { start, end, step }) {
        const asked = new URLSearchParams({ query, start, end, step });
        return (await ask(`query_range?${asked}`)).result;
      },
      async untilFiring(name) {
        const until = Date.now() + patienceMs;
        for (;;) {
          const { alerts } = await ask('alerts').catch(() => ({ alerts: [] }));
          const firing = alerts.find(({ labels, state }) => labels.alertname === name && state === 'firing');
          if (firing) return firing;
          if (Date.now() > until)
            throw new Error(`${name} does not fire; there are: ${JSON.stringify(alerts)}`);
          await sleep(1_000);
        }
      },
    });
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
