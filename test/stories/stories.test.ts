import { execFile } from 'node:child_process';
import { join } from 'node:path';

// The same stories each time; STORY_SEED tries others. More of them: npm run stories -- --count 5000 --seed 1
const seed = process.env.STORY_SEED ?? '1';

/** What `npm run stories` prints: on two cores, in processes that Jest does not slow down. */
const stories = (...args: string[]) =>
  new Promise<{ code: string | number; said: string }>((resolve) =>
    execFile(
      process.execPath,
      ['scripts/stories.mjs', ...args],
      { cwd: join(__dirname, '../..') },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: `${stdout}${stderr}` }),
    ),
  );

test('whatever is late, lost or repeated, every server ends, no quota is exceeded and whoever waits knows why', async () => {
  const { code, said } = await stories('--count', '400', '--seed', seed);
  expect(said.slice(said.search(/^\d+ stories/m))).toMatch(/^400 stories, .*; 0 failed\s*$/s);
  expect(code).toBe(0);
});
