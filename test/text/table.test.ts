import { type Column, displayWidth, tableLines } from '../../src/text';

type Row = Record<'name' | 'phase' | 'job' | 'note', string>;
const columns: Column<Row>[] = [
  { title: 'name', rank: 1, least: 8, cell: ({ name }) => name },
  { title: 'phase', rank: 1, cell: ({ phase }) => phase },
  { title: 'job', rank: 3, cell: ({ job }) => job },
  { title: 'note', rank: 2, least: 10, cell: ({ note }) => note },
];
const rows: Row[] = [
  {
    name: 'web-01',
    phase: 'failed',
    job: 'j-bp1abcdefghij0123456',
    note: 'its client does not answer any more',
  },
  { name: '数据库服务器-02', phase: 'migrated', job: '', note: '' },
];
const table = (room?: number, of = rows) => tableLines(columns, of, { columns: room, empty: 'None.' });

test('without a terminal all columns are there, and nothing is cut', () => {
  expect(table()).toEqual([
    'name             phase     job                     note',
    'web-01           failed    j-bp1abcdefghij0123456  its client does not answer any more',
    '数据库服务器-02  migrated',
  ]);
});

test('the least important columns are left out, and a line says which and how to see them', () => {
  expect(table(50)).toEqual([
    'name             phase     note',
    'web-01           failed    its client does not an…',
    '数据库服务器-02  migrated',
    '(-o wide shows more: job)',
  ]);
});

test('no row is wider than the terminal, however narrow that is', () => {
  for (let room = 8; room < 120; room++)
    for (const line of table(room)) expect(displayWidth(line)).toBeLessThanOrEqual(room);
});

test('a column without values takes no room of a terminal', () => {
  expect(table(200, [rows[1]!])).toEqual(['name             phase', '数据库服务器-02  migrated']);
});

test('a table without rows says so', () => {
  expect(table(80, [])).toEqual(['None.']);
  expect(table(undefined, [])).toEqual(['None.']);
});
