import { formatProblemLine, formatProblems } from '../../src/plan';
import { displayWidth } from '../../src/text';
import { head, readText } from './a-plan';

test('a problem is shown in its line, marked, with the rule and the fix', async () => {
  const { problems, sources } = await readText(`${head}servers:\n  - { sourceId: s-1, imageNmae: web }\n`);

  expect(formatProblems(problems, sources)).toBe(`error unknown field 'imageNmae' [unknown-field]
  batch.yaml:5:22
  5 │   - { sourceId: s-1, imageNmae: web }
    │                      ^^^^^^^^^
  fix did you mean imageName?
`);
  expect(formatProblemLine(problems[0]!)).toBe(
    "batch.yaml:5:22: error: unknown field 'imageNmae' (did you mean imageName?) [unknown-field]",
  );
});

test('the caret stands right below wide letters and tabs', async () => {
  const { problems, sources } = await readText(`${head}servers: [{ name: 服务器,\tsourceId: s-1, x: 1 }]\n`);
  const frame = formatProblems(problems, sources).split('\n');
  expect(frame[2]).toBe('  4 │ servers: [{ name: 服务器, sourceId: s-1, x: 1 }]');
  expect(frame[3]).toBe(`    │ ${' '.repeat('servers: [{ name: '.length + 6 + ', sourceId: s-1, '.length)}^`);
});

test('a long line is cut around what is marked', async () => {
  const many = Array.from({ length: 100 }, (_, i) => `{ sourceId: s-${i} }`).join(', ');
  const { problems, sources } = await readText(
    `${head}servers: [${many}, { sourceId: s-x, wave: no }, ${many.replaceAll('s-', 't-')}]\n`,
  );
  const [, , line, caret] = formatProblems(problems, sources).split('\n');
  expect(line!.length).toBeLessThan(140);
  expect(line!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('no');
});

test('control characters of a plan are taken out on the way to the terminal', async () => {
  const { problems, sources } = await readText(
    `${head}servers: [{ sourceId: s-1, wave: "\\u001b[31mred" }]\n`,
  );
  expect(problems[0]!.message).toContain('\u001b');
  expect(formatProblems(problems, sources) + formatProblemLine(problems[0]!)).not.toContain('\u001b');
});

test('colours only when asked for; more than the limit is counted', async () => {
  const { problems, sources } = await readText(`${head}servers: [{ sourceId: s-1, a: 1, b: 2, c: 3 }]\n`);
  expect(formatProblems(problems, sources, { color: true })).toContain('\u001b[31m');
  expect(formatProblems(problems, sources, { limit: 1 })).toMatch(/… and 2 more\n$/);
});

test.each([
  ['narrow letters', 'a'],
  ['wide letters', '服'],
  ['tabs', '\t'],
  ['emoji', '👩‍💻'],
])(
  'on a terminal no line of a frame is wider than it, and the caret stands below its place: %s',
  (_, letter) => {
    for (const at of [0, 3, 10, 40, 200]) {
      for (const length of [1, 6, 300]) {
        const line = `${letter.repeat(at)}${'X'.repeat(length)}${letter.repeat(50)}`;
        const column = at * letter.length + 1;
        const problem = {
          ...{
            code: 'unknown-field' as const,
            message: 'a long message, word after word, '.repeat(5).trim(),
          },
          ...{
            file: 'batch.yaml',
            line: 1,
            column,
            endColumn: column + length,
            fix: 'correct it '.repeat(12).trim(),
          },
        };
        for (const columns of [40, 80, 140]) {
          const lines = formatProblems([problem], new Map([['batch.yaml', line]]), { columns }).split('\n');
          for (const one of lines) expect(displayWidth(one)).toBeLessThanOrEqual(columns);
          const caret = lines.find((one) => /│ +\^|│ \^/.test(one))!;
          const text = lines[lines.indexOf(caret) - 1]!;
          const from = displayWidth(caret.slice(0, caret.indexOf('^')));
          const to = displayWidth(caret);
          expect(displayWidth(text.slice(0, text.indexOf('X')))).toBe(from);
          expect([to, to - 1]).toContain(displayWidth(text.slice(0, text.lastIndexOf('X') + 1)));
        }
      }
    }
  },
);
