import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isPinned, root, textOf } from './deploy-files';

// The rules of hadolint that this file could break, by hand: hadolint itself is no npm package. The whole of it is clean at the
// version that docs/deployment.md names.

const instructions = textOf('Dockerfile')
  .replace(/^\s*#.*$/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter(Boolean)
  .map((line) => {
    const [word = '', ...rest] = line.split(/\s+/);
    return { word, rest };
  });
const all = (word: string) => instructions.filter((instruction) => instruction.word === word);
const lastStage = instructions.slice(instructions.map(({ word }) => word).lastIndexOf('FROM'));
const major = (image: string | undefined) => /^node:(\d+\.\d+\.\d+)-/.exec(image ?? '')?.[1];

test('every stage starts from the same pinned Node', () => {
  const images = all('FROM').map(({ rest }) => rest[0] as string);
  expect(images.length).toBeGreaterThan(1);
  for (const image of images) expect(isPinned(image)).toBe(true);
  expect(new Set(images.map(major)).size).toBe(1);
  expect(major(images[0])).toBeDefined();
});

test('the image runs as a user that is not root, by number', () => {
  const users = lastStage.filter(({ word }) => word === 'USER').map(({ rest }) => rest[0]);
  expect(users).toEqual(['1000:1000']);
});

test('commands are lists, not lines for a shell; nothing is added from elsewhere, and no folder is changed by cd', () => {
  for (const { word, rest } of instructions) {
    if (['CMD', 'ENTRYPOINT'].includes(word)) expect(Array.isArray(JSON.parse(rest.join(' ')))).toBe(true);
    if (word === 'HEALTHCHECK') expect(rest.join(' ')).toMatch(/ CMD \[.*\]$/);
    if (word === 'RUN')
      expect(rest).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(sudo|cd)$/)]));
    if (word === 'WORKDIR') expect(rest[0]).toMatch(/^\//);
  }
  for (const word of ['ADD', 'MAINTAINER']) expect(all(word)).toEqual([]);
  for (const word of ['CMD', 'ENTRYPOINT', 'HEALTHCHECK']) expect(all(word)).toHaveLength(1);
});

test('what is copied from the repository is there, and .dockerignore lets it in, and nothing more', () => {
  const copied = all('COPY')
    .filter(({ rest }) => !rest[0]?.startsWith('--from'))
    .flatMap(({ rest }) => rest.slice(0, -1));
  for (const path of copied) expect(existsSync(join(root, path))).toBe(true);
  const letIn = textOf('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  expect(textOf('.dockerignore')).toMatch(/^\*$/m);
  for (const path of copied)
    expect(letIn.some((folder) => path === folder || path.startsWith(`${folder}/`))).toBe(true);
  for (const folder of letIn)
    expect(copied.some((path) => path === folder || path.startsWith(`${folder}/`))).toBe(true);
});

test('the image holds what runs: no tests, no benchmarks, no sources, no modules of development', () => {
  const copied = lastStage.filter(({ word }) => word === 'COPY').flatMap(({ rest }) => rest.slice(0, -1));
  expect(copied.filter((path) => !path.startsWith('--')).sort()).toEqual([
    '/app/dist/activities',
    '/app/dist/src',
    '/app/dist/workflow-bundle.js',
    '/app/dist/workflows',
    '/app/node_modules',
    '/etc/ssl/certs/ca-certificates.crt',
    'LICENSE',
    'deploy/image/worker-health.mjs',
    'examples',
    'package.json',
  ]);
  expect(textOf('Dockerfile')).toMatch(/npm ci --omit=dev/);
});
