import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { settingsInUse } from '../../src/doctor/machine';
import { allMetrics } from '../../src/metrics';
import { waitingKinds } from '../../workflows/contract/views';

const root = path.join(__dirname, '..', '..');
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

test('docs/observability.md has every metric of a worker (UPDATE_DOCS=1 rewrites its table)', () => {
  const rows = allMetrics.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  const table = ['| metric | type | labels | what it tells |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  const written = textOf('docs/observability.md');
  const current = written.replace(
    /(<!-- metrics:.*-->\n)[\s\S]*(<!-- \/metrics -->)/,
    (_, from, to) => `${from}${table}\n${to}`,
  );
  if (process.env.UPDATE_DOCS) writeFileSync(path.join(root, 'docs/observability.md'), current);
  expect(process.env.UPDATE_DOCS ? current : written).toBe(current);
});

test('docs/observability.md and docs/on-call.md say of each alert what to do', () => {
  const { groups } = parse(textOf('deploy/observability/alerts.yml'));
  const page = textOf('docs/observability.md');
  const headings = textOf('docs/on-call.md')
    .match(/^## .*$/gm)!
    .join('\n');
  for (const { alert, for: after } of groups[0].rules) {
    expect(headings).toContain(alert);
    const row = page.split('\n').find((line) => line.startsWith(`| \`${alert}\``));
    expect(row).toContain(`| ${after.replace('m', ' min').replace('h', ' h')} |`);
  }
});

test('docs/json.md has the code of every reason to wait', () => {
  const page = textOf('docs/json.md');
  expect(waitingKinds.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
});

test('the variables of a worker are in its help, in doctor and in docs/production.md', () => {
  const read = [...textOf('src/temporal/settings.ts').matchAll(/\b(SMC_[A-Z_]+)\b/g)].map(
    ([, name]) => name as string,
  );
  const names = [...new Set(read)];
  expect(names.length).toBeGreaterThan(6);
  const doctor = settingsInUse({}).map(({ name }) => name);
  const help = textOf('src/commands/worker.ts');
  const page = textOf('docs/production.md');
  for (const name of names) {
    expect(doctor).toContain(name);
    expect(help).toContain(name);
    expect(page).toContain(name);
  }
});
