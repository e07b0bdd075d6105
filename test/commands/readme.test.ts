import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { program } from '../../src/program';

const root = path.join(__dirname, '../..');
const pages = [
  'README.md',
  'README.zh-CN.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

interface Line {
  page: string;
  text: string;
  /** Named in a sentence: it may lack its arguments there. */
  isInline: boolean;
}

const lines = pages.flatMap((page): Line[] => {
  const text = readFileSync(path.join(root, page), 'utf8');
  const [blocks, prose] = [/^```\w*\n([\s\S]*?)^```/gm, /`(smc-batch [a-z][^`\n]*)`/g];
  const inBlocks = [...text.matchAll(blocks)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => /^(?:\$ )?(?:\w+=\S+ )*(smc-batch [a-z].*)$/.exec(line)?.[1] ?? []),
  );
  const inProse = [...text.replace(blocks, '').matchAll(prose)].map(([, command = '']) => command);
  return [
    ...inBlocks.map((command) => ({ page, text: command, isInline: false })),
    ...inProse.map((command) => ({ page, text: command, isInline: true })),
  ];
});

/** The words a shell would make of it, up to a comment, a pipe, a redirection or an `&`. */
function words(line: string): string[] {
  const command = line.split(/\s+(?:#|[|>&;]|\|\|)/)[0]!;
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) =>
    String(double ?? single ?? plain),
  );
}

/** What is wrong with the use of the command line, if anything. Nothing is run. */
function misuse({ text, isInline }: Line): string | undefined {
  const all = program();
  for (const command of [all, ...all.commands]) {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command !== all) command.action(() => {});
  }
  const [, ...args] = words(text);
  try {
    all.parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    if (isInline && error.code === 'commander.missingArgument') return undefined;
    return error.message;
  }
}

test('there are commands in the pages', () => {
  expect(lines.length).toBeGreaterThan(60);
});

test.each(lines.map((line) => [line.page, line.text, line] as const))('%s: %s', (_, __, line) => {
  expect(misuse(line)).toBeUndefined();
});

test('README.md names every command', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('## Commands'), readme.indexOf('## More'));
  const all = program();
  const missing = all
    .createHelp()
    .visibleCommands(all)
    .filter((command) => command.name() !== 'help')
    .map((command) => command.name())
    .filter((name) => !new RegExp(`\`${name}[ \`]`).test(table));
  expect(missing).toEqual([]);
});

/** The anchors that a page's headings have. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(pages)('every link of %s leads to something that is there', (page) => {
  const file = path.join(root, page);
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [name = '', anchor] = link.split('#');
      const target = name === '' ? file : path.join(path.dirname(file), name);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
    });
  expect(broken).toEqual([]);
});
