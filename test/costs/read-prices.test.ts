import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readPrices } from '../../src/costs';
import { formatProblems } from '../../src/plan';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'smc-batch-costs-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(text: string) {
  const file = path.join(folder, 'costs.yaml');
  await writeFile(file, text);
  return readPrices(file);
}

test('a file of prices is read; what has no price may be left out', async () => {
  expect((await read('costs:\n  currency: CNY\n  instanceHour: 0.5\n')).prices).toEqual({
    currency: 'CNY',
    instanceHour: 0.5,
  });
});

test('every mistake in it is told at once, with its place', async () => {
  const { prices, problems, sources } = await read(
    'costs:\n  currency: yuan\n  instanceHours: 0.5\n  snapshotGiBMonth: -1\n  publicTrafficGiB: "free"\n',
  );
  expect(prices).toBeUndefined();
  expect(problems.map(({ line, code, fix }) => ({ line, code, fix }))).toEqual([
    { line: 2, code: 'invalid-value', fix: undefined },
    { line: 3, code: 'unknown-field', fix: 'did you mean instanceHour?' },
    { line: 4, code: 'invalid-value', fix: undefined },
    { line: 5, code: 'wrong-type', fix: undefined },
  ]);
  expect(formatProblems(problems, sources)).toContain("three capital letters like 'CNY'");
});

test.each(['', 'costs\n', '- 1\n', 'costs: [\n', 'prices: {}\n'])('%j is no file of prices', async (text) => {
  const { prices, problems } = await read(text);
  expect(prices).toBeUndefined();
  expect(problems.length).toBeGreaterThan(0);
});

test('a file that is not there is a problem like any other', async () => {
  const { problems } = await readPrices(path.join(folder, 'none.yaml'));
  expect(problems).toMatchObject([{ code: 'file-not-found' }]);
});
