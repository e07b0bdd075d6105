import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');
const read = (page: string) => readFileSync(path.join(root, page), 'utf8');
const translated = [
  ...readdirSync(root),
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
]
  .filter((page) => page.endsWith('.zh-CN.md'))
  .map((page) => [page, page.replace('.zh-CN', '')] as const);

const blocksOf = (text: string) => [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
const proseOf = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

/** What a page and its translation have in common: all that is not a sentence. */
const shapeOf = {
  'the levels of its headings': (text: string) => proseOf(text).match(/^#+(?= )/gm),
  // A comment behind a command is a sentence, too.
  'its blocks of commands': (text: string) => blocksOf(text).map((block) => block.replace(/ +# .*$/gm, '')),
  'its rows of tables': (text: string) => proseOf(text).match(/^\|/gm)?.length,
  'its steps': (text: string) => proseOf(text).match(/^(- \[ \]|-|\d+\.)(?= )/gm),
  'the commands and settings in its sentences': (text: string) =>
    [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).sort(),
  'the pages that it links to': (text: string) =>
    [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link.replace('.zh-CN', ''))
      .filter((link) => !/^https?:/.test(link))
      .sort(),
};

test('README and the runbook are there in Chinese', () => {
  expect(translated.map(([page]) => page)).toEqual(['README.zh-CN.md', 'docs/runbook.zh-CN.md']);
});

describe.each(translated)('%s', (page, original) => {
  test.each(Object.entries(shapeOf))('is in step with its original by %s', (_, shape) => {
    const selfLinks = [path.basename(original)];
    const plain = (text: string) => text.replaceAll(`(${path.basename(page)})`, `(${selfLinks[0]})`);
    expect(shape(plain(read(page)))).toEqual(shape(plain(read(original))));
  });

  test('and its original link to each other', () => {
    expect(read(page)).toContain(`[English](${path.basename(original)})`);
    expect(read(original)).toContain(`[中文](${path.basename(page)})`);
  });
});

test('the index of docs/ has a line for every page', () => {
  const index = read('docs/README.md');
  const linked = new Set([...index.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link));
  const pages = readdirSync(path.join(root, 'docs')).filter((name) => /\.(md|json)$/.test(name));
  expect(pages.filter((name) => name !== 'README.md' && !linked.has(name))).toEqual([]);
});
