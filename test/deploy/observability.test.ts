import { allMetrics } from '../../src/metrics';
import { awaitsPerson, serverPhases, waitingKinds } from '../../workflows/contract/views';
import { textOf, yamlOf } from './deploy-files';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; action: string };
}
const { groups } = yamlOf('deploy/observability/alerts.yml');
const rules: Rule[] = groups.flatMap((group: { rules: Rule[] }) => group.rules);
const dashboard = JSON.parse(textOf('deploy/compose/grafana/dashboards/smc-batch.json'));
interface Panel {
  id: number;
  title: string;
  type: string;
  targets?: { expr: string }[];
  gridPos: { x: number; y: number; w: number; h: number };
}
const panels: Panel[] = dashboard.panels;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

/** The names that a page of metrics has, with those of the parts of a histogram, and the labels of ours. */
const known = new Map<string, readonly string[] | undefined>();
for (const { name, type, labels } of allMetrics) {
  if (type !== 'histogram') known.set(name, labels);
  else for (const part of ['bucket', 'count', 'sum']) known.set(`${name}_${part}`, [...labels, 'le']);
}
for (const line of textOf('test/deploy/sdk-metrics.txt')
  .split('\n')
  .filter((one) => /^\w/.test(one))) {
  const [name = '', type] = line.split(' ');
  for (const part of type === 'histogram' ? ['_bucket', '_count', '_sum'] : [''])
    known.set(name + part, undefined);
}

/** What Prometheus itself adds. */
const added = ['job', 'instance'];

/** What an expression says wrongly of our metrics. */
function mistakes(expr: string): string[] {
  const wrong: string[] = [];
  for (const [, name = '', matchers = ''] of expr.matchAll(
    /\b((?:smc_batch|temporal|process)_\w+)(?:\{([^}]*)\})?/g,
  )) {
    const labels = known.get(name);
    if (!known.has(name)) wrong.push(`no metric ${name}`);
    if (!labels) continue;
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
      if (![...labels, ...added].includes(label)) wrong.push(`${name} has no label ${label}`);
  }
  return wrong;
}

/** The values that the matchers of a label name, one by one. */
const valuesOf = (label: string, exprs: string[]) =>
  exprs.flatMap((expr) =>
    [...expr.matchAll(new RegExp(`\\b${label}\\s*(?:=~|!~|!=|=)\\s*"([^"$]*)"`, 'g'))].flatMap(
      ([, value = '']) => value.split('|'),
    ),
  );

test.each(rules.map((rule) => [rule.alert, rule.expr] as const))(
  'alert %s asks for metrics that a worker has',
  (_, expr) => {
    expect(mistakes(expr)).toEqual([]);
  },
);

test.each(queries)('the panel "%s" asks for metrics that a worker has', (_, expr) => {
  expect(mistakes(expr)).toEqual([]);
});

test('a metric, or a label, that does not exist is found', () => {
  expect(mistakes('sum(smc_batch_server{batch="a"})')).toEqual(['no metric smc_batch_server']);
  expect(mistakes('smc_batch_servers{stage="a"}')).toEqual(['smc_batch_servers has no label stage']);
});

test('statuses, phases and reasons in expressions are those of batches', () => {
  const exprs = [...rules.map(({ expr }) => expr), ...queries.map(([, expr]) => expr)];
  const statuses = ['running', 'surveying', 'cancelling', 'ended', ...awaitsPerson];
  for (const status of valuesOf('status', exprs)) expect(statuses).toContain(status);
  for (const phase of valuesOf('phase', exprs)) expect(serverPhases).toContain(phase);
  for (const reason of valuesOf('reason', exprs)) expect(waitingKinds).toContain(reason);
  // Every status in which a batch waits for a person calls one.
  expect(
    valuesOf('status', [rules.find(({ alert }) => alert === 'SmcBatchNeedsOperator')!.expr]).sort(),
  ).toEqual([...awaitsPerson].sort());
});

test('each alert says what has happened and what to do, and is fired by a test', () => {
  const tested = yamlOf('deploy/observability/alerts.test.yml').tests.flatMap(
    (one: { alert_rule_test: { alertname: string; exp_alerts: object[] }[] }) =>
      one.alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
  );
  for (const { alert, labels, annotations } of rules) {
    expect(['warning', 'critical']).toContain(labels.severity);
    expect(annotations.summary).not.toBe('');
    expect(annotations.action).not.toBe('');
    expect(tested).toContain(alert);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test('the rules for the Prometheus Operator are the same', () => {
  expect(yamlOf('deploy/kubernetes/monitoring/rules.yaml').spec.groups).toEqual(groups);
});

test('the panels of the dashboard have ids of their own and do not lie on each other', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
});

test('the dashboard shows every metric of batches and of workers', () => {
  const shown = queries.map(([, expr]) => expr).join(' ');
  const notShown = allMetrics.filter(({ name }) => !shown.includes(name)).map(({ name }) => name);
  expect(notShown).toEqual(['process_start_time_seconds']);
});
