import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readText } from './a-plan';
import { type Mistake, mistakes } from './mistakes';

const doc = path.join(__dirname, '../../docs/plan-mistakes.md');

test.each(mistakes)('$mistake is one problem, with its place', async ({ plan, beside }) => {
  const { problems, plan: result } = await readText(plan, { beside: beside ?? {} });

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  expect(result).toBeUndefined();
});

test('docs/plan-mistakes.md has the messages of today (UPDATE_DOCS=1 rewrites it)', async () => {
  const text = await tableOf(mistakes);
  if (process.env.UPDATE_DOCS) writeFileSync(doc, text);
  expect(readFileSync(doc, 'utf8')).toBe(text);
});

async function tableOf(list: Mistake[]): Promise<string> {
  const rows: string[] = [];
  for (const { mistake, shown, plan, beside } of list) {
    const { problems } = await readText(plan, { beside: beside ?? {} });
    const { message, fix, code } = problems[0]!;
    const said = fix ? `${message}<br>*${fix}*` : message;
    rows.push(`| ${mistake} | ${shown ? `\`${cell(shown)}\`` : ''} | ${cell(said)} | \`${code}\` |`);
  }
  return `# Mistakes in plans, and what \`validate\` says of them

Made by \`UPDATE_DOCS=1 npx jest test/plan\`; a test holds it to the truth. The last column is the stable name of the rule, as
\`smc-batch validate -o json\` has it.

| mistake | in the plan | message, *fix* | rule |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<a', '&lt;a');
