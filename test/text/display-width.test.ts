import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createColors } from 'picocolors';
import { liveFrame, textReport } from '../../src/report';
import { clip, displayWidth, inColumns, tableLines } from '../../src/text';
import { aBatch, aServer } from '../report/a-batch';

test.each([
  ['web-01', 6],
  ['数据库-01', 9],
  ['サーバー', 8],
  ['ｻｰﾊﾞｰ', 5],
  ['서버', 4],
  ['서버', 4],
  ['（主）', 6],
  ['é', 1],
  ['é', 1],
  ['Ωмега', 5],
  ['🚀', 2],
  ['❤️', 2],
  ['❤', 1],
  ['👩‍💻', 2],
  ['👍🏽', 2],
  ['🇨🇳', 2],
  ['a\u200bb', 2],
  ['\u001b[31m数\u001b[39m', 2],
  ['', 0],
])('%s takes the columns of a terminal', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test('a name is cut between its letters and signs, with its colours whole', () => {
  expect(clip('数据库', 4)).toBe('数…');
  expect(clip('👩‍💻👩‍💻', 3)).toBe('👩‍💻…');
  expect(clip('\u001b[31mabcdef\u001b[39m', 3)).toBe('\u001b[31mab\u001b[39m…');
  expect(inColumns('数据库', 4)).toBe('数… ');
  expect(inColumns('数', 4)).toBe('数  ');
});

/** Of each kind of name one, and all of them of another width than length. */
const names = ['web-01', '数据库', '🚀-go', '👩‍💻', 'ｻｰﾊﾞｰ', 'é'];

/** Where a text begins in each line that has it, in columns. */
const columnsOf = (lines: string[], text: string) =>
  new Set(
    lines
      .filter((line) => line.includes(text))
      .map((line) => displayWidth(line.slice(0, line.indexOf(text)))),
  );

test('columns line up behind Chinese names and emoji: in a table', () => {
  const columns = [
    { title: 'server', rank: 1, cell: (name: string) => name },
    { title: 'wave', rank: 2, cell: () => '| here' },
  ];
  const lines = tableLines(columns, names, { empty: '' });
  expect(lines).toHaveLength(1 + names.length);
  expect(columnsOf(lines, '| here')).toEqual(new Set([8]));
});

test('columns line up behind Chinese names and emoji: in a report, coloured or not', () => {
  for (const hasColors of [true, false]) {
    const { progress, servers } = aBatch(names.map((server) => aServer({ server, wave: `${server}数` })));
    const lines = textReport({ progress, servers, generatedAt: new Date() }, createColors(hasColors));
    expect(columnsOf(lines, 'migrated').size).toBe(2);
    expect(columnsOf(lines.slice(0, -2), 'migrated').size).toBe(1);
  }
});

test('columns line up behind Chinese names and emoji: in the live view', () => {
  const servers = names.map((server) => aServer({ server, phase: 'migrating', endedAt: undefined }));
  const frame = liveFrame(
    { ...aBatch(servers), events: [] },
    { columns: 100, rows: 30 },
    createColors(false),
  );
  expect(columnsOf(frame, 'starting')).toEqual(new Set([8]));
});

test('everything is padded by its columns: padEnd, which counts letters, is not used', () => {
  const src = path.join(__dirname, '../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const padding = files.filter((file) => readFileSync(path.join(src, file), 'utf8').includes('.padEnd('));
  expect(padding).toEqual([]);
});
