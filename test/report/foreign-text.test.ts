import { buildBatchReport, csvReport, htmlReport, markdownReport } from '../../src/report';
import { aBatch, aServer, noPermission } from './a-batch';

/** Texts from outside that mean something to a reader of the format, in every place a text can stand. */
function aBatchSaying(text: string) {
  const error = { ...noPermission, code: text, message: text, remedy: text, action: text, requestId: text };
  return buildBatchReport(
    aBatch(
      [
        aServer({ server: text, wave: text, sourceId: text, jobId: text, imageId: text, note: text }),
        aServer({
          server: `${text}2`,
          wave: text,
          phase: 'failed',
          error,
          leftover: { jobId: text, why: 'deleteFailed', error },
        }),
      ],
      { batch: text, waiting: text },
    ),
  );
}

const hostile = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style><svg onload=alert(1)>',
  '<!--',
  '&lt;b&gt; & </td>',
];

test.each(hostile)('%s is a text in the page, wherever it stands', (text) => {
  const calm = htmlReport(aBatchSaying('calm'));
  const page = htmlReport(aBatchSaying(text));
  // The same tags with the same attributes: the text has added none.
  expect(tagsOf(page)).toEqual(tagsOf(calm));
  expect(page).not.toContain('<!--');
});

/** Tag and attribute names in their order; the style and the script are our own. */
function tagsOf(page: string): string[] {
  const body = page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*?<\/script>/, '');
  return [...body.matchAll(/<\/?([a-z!][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, tag, attributes]) =>
      [tag, ...[...attributes!.matchAll(/([\w-]+)(?:="[^"]*")?/g)].map(([, name]) => name)].join(' '),
  );
}

test('the page forbids itself every request and every script but its own', () => {
  const page = htmlReport(aBatchSaying('calm'));
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/
    .exec(page)?.[1]
    ?.replaceAll('&#39;', "'");
  expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/]+='/);
  expect(page).not.toMatch(/\s(src|href)="(?!#)/);
  expect(page).not.toMatch(/@import|url\((?!#)/);
});

test.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1'])(
  'a spreadsheet takes %j for a text',
  (text) => {
    const [, row] = rowsOf(csvReport(aBatchSaying(text)));
    expect(row?.[0]).toBe(`'${text}`);
  },
);

test('quotes, commas and line breaks stay in their cell', () => {
  const text = 'a "b", c\r\nd';
  const rows = rowsOf(csvReport(aBatchSaying(text)));
  expect(rows).toHaveLength(3);
  expect(new Set(rows.map((row) => row.length))).toEqual(new Set([21]));
  expect(rows[1]?.[0]).toBe(text);
});

/** RFC 4180, read by hand. */
function rowsOf(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

test.each(['`x` | y', '[a](http://b)', '@everybody', '#1', '<script>', '*b*\n# c'])(
  'a ticket shows %j as it is',
  (text) => {
    const calm = markdownReport(aBatchSaying('calm'));
    const page = markdownReport(aBatchSaying(text));
    // Foreign texts stand in code, or with their marks escaped: no line and no cell is added.
    const cellsOf = (text: string) => {
      const lines = text.split('\n');
      return lines.map((line) => (line.startsWith('| ') ? line.split(/(?<!\\)\|/).length : 0));
    };
    expect(cellsOf(page)).toEqual(cellsOf(calm));
    const bare = page.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '').replace(/\\[!-/:-@[-`{-~]/g, '');
    expect(bare).not.toMatch(/\]\(|@every|<script|\*b\*|(?<!^)(?<!\n#*)#1/);
  },
);
