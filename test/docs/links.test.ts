import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '../..');
const pages = [
  ...readdirSync(root).map((name) => name),
  ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

const read = (page: string) => readFileSync(path.join(root, page), 'utf8');
const withoutBlocks = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

/** The anchor that GitHub gives a heading; of headings with the same words the later ones have a number. */
const anchorOf = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-');

function anchorsOf(page: string): Set<string> {
  const times = new Map<string, number>();
  return new Set(
    [...withoutBlocks(read(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
      const anchor = anchorOf(heading);
      const before = times.get(anchor) ?? 0;
      times.set(anchor, before + 1);
      return before > 0 ? `${anchor}-${before}` : anchor;
    }),
  );
}

/** Links of a page to files of the repository, and to headings in them, that lead nowhere. */
function lostLinks(page: string): string[] {
  const text = withoutBlocks(read(page)).replace(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.join(path.dirname(page), decodeURIComponent(file));
      if (!existsSync(path.join(root, target))) return true;
      if (anchor === undefined || !target.endsWith('.md')) return false;
      return statSync(path.join(root, target)).isDirectory() || !anchorsOf(target).has(anchor);
    });
}

test.each(pages)('every link of %s leads to a page and a heading that exist', (page) => {
  expect(lostLinks(page)).toEqual([]);
});
