// Fires every alert by promtool, and one of them by a real Prometheus that scrapes a worker with a batch; asks it the queries of the
// dashboard, too. Needs promtool and prometheus: Debian's package `prometheus`. `npm run test:alerts`
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPrometheus } from './alerts/prometheus.mjs';
import { withWaitingBatch } from './alerts/waiting-batch.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rules = join(root, 'deploy/observability/alerts.yml');
const dashboard = join(root, 'deploy/compose/grafana/dashboards/smc-batch.json');
const wanted = 'SmcBatchNeedsOperator';

function promtool(args, input) {
  const { status, error, stdout, stderr } = spawnSync('promtool', args, {
    encoding: 'utf8',
    input,
    cwd: root,
  });
  if (error?.code === 'ENOENT')
    throw new Error("promtool is not here: apt-get install prometheus (Debian's package)");
  if (error) throw error;
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`);
  console.log(`ok  promtool ${args.join(' ')}`);
}

/** The queries of the dashboard, as Grafana would ask them of all batches. */
function dashboardQueries() {
  const { panels } = JSON.parse(readFileSync(dashboard, 'utf8'));
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll('$batch', '.*').replaceAll('$__rate_interval', '1m'),
    })),
  );
}

promtool(['check', 'rules', rules]);
promtool(['test', 'rules', join(root, 'deploy/observability/alerts.test.yml')]);
promtool(['check', 'config', '--syntax-only', join(root, 'deploy/compose/prometheus.yml')]);

await withWaitingBatch(root, async ({ target }) => {
  const page = await (await fetch(`http://${target}/metrics`)).text();
  promtool(['check', 'metrics'], page);
  await withPrometheus({ target, rules }, async ({ untilFiring, query }) => {
    const alert = await untilFiring(wanted);
    console.log(`ok  Prometheus fires ${wanted}: ${alert.annotations.summary}`);
    const empty = [];
    const queries = dashboardQueries();
    for (const { title, query: asked } of queries) {
      const found = await query(asked);
      if (found.length === 0) empty.push(title);
    }
    console.log(`ok  Prometheus answers ${queries.length} queries of the dashboard`);
    if (empty.length > 0) console.log(`    without data in this run: ${[...new Set(empty)].join(', ')}`);
  });
});
