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
import { displayWidth } from '../../src/text';
import { aBatch, aBatchOfEverything, aServer } from './a-batch';

const source = aBatchOfEverything();
const report = buildBatchReport(source);

// The page's style and script have tests of their own: the golden page is what it says.
const withoutStyleAndScript = (page: string) =>
  page
    .replace(/(<style>)[\s\S]*?(<\/style>)/, '$1$2')
    .replace(/(<script>)[\s\S]*?(<\/script>)/, '$1$2')
    .replace(/'sha256-[^']+'/, "'sha256-…'");

/** Ids as SMC gives them, and names as people do. */
const realistic = aBatch([
  ...['web-frontend-production-01', '数据库服务器-01', 'app-01'].map((server, i) =>
    aServer({
      server,
      wave: 'frontend',
      sourceId: `s-bp1c8ejw9qysk4q2${i}`,
      jobId: `j-bp15wqxcj4n6k0b1${i}`,
      imageId: `m-bp1gdvn4u8kxx7t2${i}`,
      earlier: i === 1 || undefined,
      starts: 1 + i,
    }),
  ),
  aServer({
    server: 'queued-01',
    wave: 'frontend',
    phase: 'waiting',
    startedAt: undefined,
    endedAt: undefined,
  }),
  aServer({
    server: 'old-01',
    wave: 'frontend',
    phase: 'failed',
    imageId: undefined,
    jobId: 'j-bp15wqxcj4n6k0b19',
    error: {
      code: 'SourceServerState.Invalid',
      message: 'The source is offline.',
      remedy: 'Start its client.',
    },
  }),
]);
const onTerminal = (columns: number) =>
  textReport(realistic, pc.createColors(false), { columns, wide: '-o wide' });

test.each([80, 140])('on a terminal of %i columns no row of the report is wider', (columns) => {
  const table = onTerminal(columns).slice(0, 6);
  for (const line of table) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
});

test('on a terminal of 80 columns an image id is whole; the job id is left out for it', () => {
  const imageId = 'm-bp1a0vt0o2olfbqbmbmc';
  const jobId = 'j-bp1nta38faga1en3fn0n';
  const long = aBatch([aServer({ server: 'canary-01', wave: 'canary', jobId, imageId })]);
  const [, row] = textReport(long, pc.createColors(false), { columns: 80 });
  expect(row).toContain(imageId);
  expect(row).not.toContain(jobId.slice(0, 6));
});

test.each([
  ['report-80.txt', () => `${onTerminal(80).join('\n')}\n`],
  ['report-140.txt', () => `${onTerminal(140).join('\n')}\n`],
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
