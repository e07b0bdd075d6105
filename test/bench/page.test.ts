import { asMarkdown } from '../../bench/figures';
import { pageWith } from '../../bench/page';

const order = ['First', 'Second', 'Third'];

test('a part that was measured alone leaves the other sections as they are', () => {
  const page = pageWith(
    '',
    new Map([
      ['Third', 'three'],
      ['First', 'one'],
    ]),
    order,
  );
  const again = pageWith(
    page,
    new Map([
      ['Second', 'two'],
      ['First', 'one anew'],
    ]),
    order,
  );
  expect(again.slice(again.indexOf('## '))).toBe(
    '## First\n\none anew\n\n## Second\n\ntwo\n\n## Third\n\nthree\n',
  );
  expect(pageWith(again, new Map(), order)).toBe(again);
});

test('the page has only the sections that a part still makes', () => {
  expect(pageWith('# Old\n\n## Gone\n\ntext\n', new Map(), order)).not.toContain('Gone');
});

test('figures become tables, and bars that were missed are said', () => {
  const figures = {
    title: 'First',
    about: 'What it is.',
    tables: [{ columns: ['servers', 'ratio'], rows: [['200', '1.02']] }],
    verdicts: [{ claim: 'within 1.01', isMet: false }],
  };
  expect(asMarkdown(figures)).toBe(
    'What it is.\n\n| servers | ratio |\n| --- | --: |\n| 200 | 1.02 |\n\n- MISSED: within 1.01',
  );
});
