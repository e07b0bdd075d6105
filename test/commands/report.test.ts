import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reportCommand } from '../../src/commands/report';
import { buildBatchReport, csvReport, htmlReport, markdownReport } from '../../src/report';
import { captured } from '../plan/captured';
import { aBatchOfEverything, aLargeBatch, asItWas } from '../report/a-batch';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'smc-batch-report-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const source = aBatchOfEverything();
const report = (args: string[], read = async () => source) =>
  captured(() =>
    reportCommand(read)
      .exitOverride()
      .parseAsync(['dc1-exit', ...args], { from: 'user' }),
  );

test.each([
  ['csv', csvReport],
  ['md', markdownReport],
  ['html', htmlReport],
  ['json', (model: unknown) => `${JSON.stringify(model, null, 2)}\n`],
])('--format %s prints that and nothing else', async (format, write) => {
  const expected = write(buildBatchReport(source) as never);
  expect(await report(['--format', format])).toEqual({ stdout: expected, stderr: '' });
  expect(await report(['-o', format])).toEqual({ stdout: expected, stderr: '' });
});

test('without a format it is for a reader at the terminal', async () => {
  const { stdout } = await report([]);
  expect(stdout).toMatch(
    /^dc1-exit {2}ended: 3 of 8 servers failed, 1 cancelled, started 2026-03-01 22:00:00 UTC, ended 2026-03-02 03:00:00 UTC\n/,
  );
  expect(stdout).toContain('3 migrated, 1 skipped, 3 failed, 1 cancelled of 8 servers');
});

test('a batch under way is reported so far', async () => {
  const running = asItWas(aLargeBatch(60, 20), Date.parse('2026-03-02T01:00:00Z'));
  expect((await report([], async () => running)).stdout).toMatch(/^dc1-exit {2}running, so far,/);
});

test.each([
  ['report.html', /^<!doctype html>/],
  ['report.csv', /^server,wave,/],
  ['report.md', /^# Batch `dc1-exit`/],
  ['report.json', /^\{\n {2}"version": 1/],
  ['report.log', /^dc1-exit {2}ended/],
])('the name of %s says its format', async (name, begins) => {
  const file = path.join(dir, name);
  expect(await report(['--output-file', file])).toEqual({ stdout: '', stderr: `wrote ${file}\n` });
  expect(await readFile(file, 'utf8')).toMatch(begins);
});

test('a file that cannot be written is the user’s to choose again', async () => {
  const { failure } = await report(['--output-file', path.join(dir, 'none', 'report.html')]);
  expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('could not be written') });
});

test('an unknown format is refused', async () => {
  const { failure } = await report(['--format', 'pdf']);
  expect(failure).toMatchObject({ code: 'commander.invalidArgument' });
});
