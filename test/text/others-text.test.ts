import fc from 'fast-check';
import { createColors } from 'picocolors';
import { factLines, nowLine } from '../../src/batch-client/look/explain-text';
import { inventoryHeader, inventoryRow } from '../../src/inventory';
import { formatProblemLine, formatProblems } from '../../src/plan';
import { buildBatchReport, csvReport, liveFrame, markdownReport, textReport } from '../../src/report';
import { CommandFailure } from '../../src/terminal/failure';
import { linesTo, printJson } from '../../src/terminal/output';
import { jsonText, plainTexts, toCsv } from '../../src/text';
import { captured } from '../plan/captured';
import { aBatch, aServer, noPermission } from '../report/a-batch';

/** Names and messages as others may write them: what steers terminals, logs, shells and spreadsheets, and all else. */
const foreign = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b[2J',
      '\u001b]0;x\u0007',
      '\u009b31m',
      '\u001b[31m',
      '\r',
      '\n',
      '\u2028',
      '\u202e',
      '\u2066',
      '=',
      '+',
      '-',
      '@',
      '\t',
      ' ',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  ),
  minLength: 1,
  maxLength: 8,
});

const aBatchSaying = (text: string) => {
  const error = { ...noPermission, code: text, message: text, remedy: text, action: text, requestId: text };
  return aBatch(
    [
      aServer({ server: text, wave: text, sourceId: text, jobId: text, imageId: text, note: text }),
      aServer({
        server: `${text}2`,
        wave: text,
        phase: 'failed',
        error,
        leftover: { jobId: text, why: 'deleteFailed', error },
      }),
      aServer({ server: `${text}3`, wave: text, phase: 'recovering', error }),
      aServer({ server: `${text}4`, wave: text, phase: 'migrating' }),
    ],
    { batch: text, waiting: text },
  );
};

const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC.
const ours = /\u001b\[(?:1|2|22|3[0-79]|9[0-7])m/g;

/** What is written where a terminal may show it, line by line. */
async function written(text: string, hasColors: boolean): Promise<string[]> {
  const batch = aBatchSaying(text);
  const c = createColors(hasColors);
  const { progress, servers, generatedAt } = batch;
  const now = generatedAt.getTime();
  const explanation = { ...servers[1]!, why: text, next: text };
  const attempt = { activity: text, attempt: 2, lastFailure: text };
  const problem = { code: 'wrong-type', message: text, fix: text, file: text, line: 1, column: 1 } as const;
  const print = linesTo(process.stdout);
  const { stdout } = await captured(async () => {
    for (const line of [
      ...textReport(plainTexts(batch), c),
      // Also where a view forgets it.
      ...textReport(batch, c),
      ...liveFrame({ progress, servers, events: [text] }, { columns: 80, rows: 40 }, c),
      ...factLines(explanation, now, c),
      nowLine(attempt, now),
      text,
    ])
      print(line);
    for (const line of formatProblems([problem], new Map([[text, text]])).split('\n'))
      process.stdout.write(`${line}\n`);
    process.stdout.write(`${formatProblemLine(problem)}\n`);
    process.stdout.write(markdownReport(buildBatchReport(batch)));
    printJson(batch);
    process.stdout.write(`${new CommandFailure(text).message}\n`);
  });
  return stdout.split('\n');
}

test('whatever others write, each line stays one line and is only shown', async () => {
  await fc.assert(
    fc.asyncProperty(foreign, async (text) => {
      const calm = await written('calm', false);
      const lines = await written(text, false);
      expect(lines.filter((line) => steering.test(line))).toEqual([]);
      // A live frame and a text report may have other lines; none has more for a line break in a name.
      expect(lines.length).toBeLessThanOrEqual(calm.length + 2);
    }),
    { numRuns: 40 },
  );
});

test('with colours a terminal gets their codes alone', () => {
  fc.assert(
    fc.property(foreign, (text) => {
      const lines = textReport(plainTexts(aBatchSaying(text)), createColors(true));
      expect(lines.filter((line) => steering.test(line.replace(ours, '')))).toEqual([]);
    }),
  );
});

test('a machine reads in JSON what others wrote, to the letter', () => {
  fc.assert(
    fc.property(foreign, (text) => {
      const json = jsonText({ [text]: [text] });
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ [text]: [text] })));
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('every cell of a CSV is text and no formula, in the inventory and the report', () => {
  fc.assert(
    fc.property(foreign, (text) => {
      const source = {
        sourceId: text,
        name: text,
        state: text,
        addresses: [],
        isWindows: false,
        systemDisk: {},
        dataDisks: [],
        platform: text,
      };
      const cells = [
        ...cellsOf(toCsv(inventoryHeader, [inventoryRow(source)], '\n')),
        ...cellsOf(csvReport(buildBatchReport(aBatchSaying(text)))),
      ];
      expect(cells.filter((cell) => /^[\s]*[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([]);
    }),
  );
});

const cellsOf = (csv: string) =>
  [...csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(?:,|\r?\n)/g)].map(
    ([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare,
  );
