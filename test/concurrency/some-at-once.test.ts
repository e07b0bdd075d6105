import { setTimeout as sleep } from 'node:timers/promises';
import { someAtOnce } from '../../src/concurrency';

test('as many as allowed are worked on at once, and results keep the order of the items', async () => {
  let working = 0;
  let peak = 0;
  const results = await someAtOnce([30, 5, 20, 1, 10], 2, async (ms) => {
    working++;
    peak = Math.max(peak, working);
    await sleep(ms);
    working--;
    return ms * 2;
  });
  expect([results, peak]).toEqual([[60, 10, 40, 2, 20], 2]);
});

test('an error of one is thrown', async () => {
  const work = async (n: number) => {
    if (n === 2) throw new Error('two');
    return n;
  };
  await expect(someAtOnce([1, 2, 3], 5, work)).rejects.toThrow('two');
});
