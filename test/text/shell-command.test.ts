import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { shellWord, smcBatchCommand } from '../../src/text';

/** What a POSIX shell makes of a line of words. */
function wordsOf(line: string): string[] {
  const out = execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  return out.split('\0').slice(0, -1);
}

const hostile = [
  "SLES 16 $(touch X) 'x'",
  '`touch X`',
  '-rf',
  '--yes',
  '',
  '~',
  '=ls',
  'a\nb',
  'two breaks at the end\n\n',
  '\u001b[2J\u202ename %s \\n',
  '!!',
  '#no comment',
  '*',
  'a\\',
  'Straße 北京 🚀',
  "'",
];

test.each(hostile)('%j is one word of a shell, and a terminal shows it as it is', (text) => {
  expect(wordsOf(shellWord(text))).toEqual([text]);
  expect(shellWord(text).replace(/'\n+'$/, '')).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
});

test('any name is one word of a shell', () => {
  const name = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'\'"$`\\ \n\t-=!*?[]{}~#&;|<>%\u001b\u202e'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), (names) => {
      const plain = names.map((text) => text.replaceAll('\0', ''));
      expect(wordsOf(plain.map(shellWord).join(' '))).toEqual(plain);
    }),
    { numRuns: 60 },
  );
});

test.each(hostile.filter((text) => text !== ''))(
  'a printed command with %j does what it says when it is pasted',
  (text) => {
    const line = smcBatchCommand('resume', [text, 'web'], { wave: text });
    const [program, command, ...args] = wordsOf(line);
    let seen: unknown;
    new Command('resume')
      .argument('<batch>')
      .argument('[server...]')
      .option('--wave <wave...>')
      .exitOverride()
      .action((batch, servers, { wave }) => {
        seen = { batch, servers, wave };
      })
      .parse(args, { from: 'user' });
    expect({ program, command, seen }).toEqual({
      program: 'smc-batch',
      command: 'resume',
      seen: { batch: text, servers: ['web'], wave: [text] },
    });
  },
);

test('a plain name is printed plainly', () => {
  expect(smcBatchCommand('retry', ['dc1-exit', 'web-07'])).toBe('smc-batch retry dc1-exit web-07');
  expect(smcBatchCommand('cancel', ['dc1'], { yes: true })).toBe('smc-batch cancel dc1 --yes');
  expect(smcBatchCommand('resume', ['dc1'], { wave: 'data' })).toBe('smc-batch resume dc1 --wave data');
});

test('every command with a name in it is made by smcBatchCommand', () => {
  const root = join(__dirname, '..', '..');
  const files = ['src', 'workflows', 'activities'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  );
  const byHand = files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('shell-command.ts'))
    .filter((file) => /smc-batch [a-z]+ [^`\n]{0,40}\$\{/.test(readFileSync(file, 'utf8')));
  expect(byHand).toEqual([]);
});
