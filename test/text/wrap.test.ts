import { displayWidth, reflowed, wrapped } from '../../src/text';

test.each<[string, string, string[]]>([
  ['a short line stays', 'one two', ['one two']],
  [
    'prose is broken between words',
    'the batch goes on by itself once the account answers again',
    ['the batch goes on by itself', 'once the account answers again'],
  ],
  [
    'what is indented stays indented',
    '  one two three four five six seven',
    ['  one two three four five six', '  seven'],
  ],
  [
    'what stands behind a label goes on behind it',
    'why        it depends on db-01 (waiting)',
    ['why        it depends on db-01', '           (waiting)'],
  ],
  [
    'a label that leaves no room has its text below it',
    '  smc-batch list -o wide  every column there is',
    ['  smc-batch list -o wide', '      every column there is'],
  ],
  [
    'an address that does not fit behind its label begins its line',
    'workflow   http://127.0.0.1:8233/namespaces/default see it there',
    ['workflow', 'http://127.0.0.1:8233/namespaces/default', '           see it there'],
  ],
  [
    'a command in a sentence stays whole',
    'to go on all the same smc-batch resume dc1, or wait',
    ['to go on all the same', 'smc-batch resume dc1, or wait'],
  ],
  [
    'a command that begins a line is not broken, however long it is',
    '  smc-batch list -o json | jq -r ".[] | .batch"',
    ['  smc-batch list -o json | jq -r ".[] | .batch"'],
  ],
  [
    'settings of a command belong to it',
    'where it was before: A_B=two smc-batch list',
    ['where it was before:', 'A_B=two smc-batch list'],
  ],
  [
    'a word that is wider than the terminal stays whole',
    `see ${'x'.repeat(40)} there`,
    ['see', 'x'.repeat(40), 'there'],
  ],
  [
    'Chinese letters take two columns',
    `${'服务器 '.repeat(6).trim()}`,
    ['服务器 服务器 服务器 服务器', '服务器 服务器'],
  ],
  [
    'colours take none',
    `\u001b[31m${'ab '.repeat(10).trim()}\u001b[39m`,
    [`\u001b[31m${'ab '.repeat(10).trim()}\u001b[39m`],
  ],
])('%s', (_, line, lines) => {
  expect(wrapped(line, 30)).toEqual(lines);
});

test('nothing is lost, and nothing but a word or a command is wider than the terminal', () => {
  const line = 'Set TEMPORAL_ADDRESS to the server, then 清理 again: smc-batch cleanup dc1, and look.';
  for (let columns = 1; columns < 100; columns++) {
    const lines = wrapped(line, columns);
    expect(lines.map((one) => one.trim()).join(' ')).toBe(line);
    for (const one of lines) expect(displayWidth(one) <= columns || !one.trim().includes(' ')).toBe(true);
  }
});

test('paragraphs are filled anew; indented lines and headings stay', () => {
  expect(reflowed('one two\nthree\n\nExamples:\n  smc-batch list\n  smc-batch demo\n\nfour\n', 40)).toBe(
    'one two three\n\nExamples:\n  smc-batch list\n  smc-batch demo\n\nfour\n',
  );
});
