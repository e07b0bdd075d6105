import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pc from 'picocolors';
import {
  batchReportJsonSchema,
  batchReportSchema,
  buildBatchReport,
  csvReport,
  htmlReport,
  markdownReport,
  textReport,
} from '../../src/report';
import { aBatchOfEverything } from './a-batch';

const source = aBatchOfEverything();
const report = buildBatchReport(source);

// The page's style and script have tests of their own: the golden page is what it says.
const withoutStyleAndScript = (page: string) =>
  page
    .replace(/(<style>)[\s\S]*?(<\/style>)/, '$1$2')
    .replace(/(<script>)[\s\S]*?(<\/script>)/, '$1$2')
    .replace(/'sha256-[^']+'/, "'sha256-…'");

test.each([
  ['report.txt', () => `${textReport(source, pc.createColors(false)).join('\n')}\n`],
  ['report.csv', () => csvReport(report)],
  ['report.md', () => markdownReport(report)],
  ['report.html', () => withoutStyleAndScript(htmlReport(report))],
])('%s equals its golden file (UPDATE_GOLDEN=1 rewrites it)', (name, write) => {
  expect(write()).toBe(kept(path.join(__dirname, 'golden', name), write(), process.env.UPDATE_GOLDEN));
});

test('the JSON report equals its golden file (UPDATE_GOLDEN=1 rewrites it)', () => {
  const current = JSON.stringify(report, null, 2);
  const file = path.join(__dirname, 'golden', 'report.json');
  expect(JSON.parse(current)).toEqual(JSON.parse(kept(file, `${current}\n`, process.env.UPDATE_GOLDEN)));
});

test('docs/report.schema.json is the schema of the JSON report (UPDATE_DOCS=1 rewrites it)', () => {
  const schema = `${JSON.stringify(batchReportJsonSchema(), null, 2)}\n`;
  const file = path.join(__dirname, '../../docs/report.schema.json');
  expect(JSON.parse(kept(file, schema, process.env.UPDATE_DOCS))).toEqual(JSON.parse(schema));
});

test('the JSON report has what its schema says, and nothing else', () => {
  const written: unknown = JSON.parse(JSON.stringify(report));
  expect(batchReportSchema.parse(written)).toEqual(written);
});

function kept(file: string, current: string, update: string | undefined): string {
  if (update) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, current);
  }
  return readFileSync(file, 'utf8');
}
