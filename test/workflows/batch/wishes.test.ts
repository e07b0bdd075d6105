import type { ServerRecord } from '../../../workflows/batch/server-record';
import { dueWishes, noteHeard, noteSending, type Wish, withWish } from '../../../workflows/batch/wishes';

const records = (phase: 'migrating' | 'waiting' | 'failed'): Record<string, ServerRecord> => ({
  web: { phase, round: 1, error: { code: 'X', message: 'x', remedy: 'x' } } as ServerRecord,
});
const idle = { starting: new Set<string>(), inFlight: new Set<Wish>() };

test('an order to a server that is being started waits for its start, and is sent then', () => {
  const wishes = withWish([], 'web', 'cancel', 0);
  const starting = { ...idle, starting: new Set(['web']) };
  expect(dueWishes(wishes, records('migrating'), starting, 0)).toMatchObject({ standing: wishes, due: [] });
  expect(dueWishes(wishes, records('migrating'), idle, 0).due).toEqual(wishes);
});

test('an order that nobody has heard is sent again after a while that grows', () => {
  const [wish] = withWish([], 'web', 'cutOver', 0);
  const distances: number[] = [];
  for (let now = 0; distances.length < 12; now = wish!.nextAt) {
    const { due } = dueWishes([wish!], records('migrating'), idle, now);
    expect(due).toEqual([wish]);
    noteSending(wish!, now);
    distances.push(wish!.nextAt - now);
    expect(dueWishes([wish!], records('migrating'), idle, now)).toMatchObject({
      due: [],
      nextAt: wish!.nextAt,
    });
  }
  expect(distances.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(distances.at(-1)).toBe(600_000);
});

test.each(['waiting', 'failed'] as const)('an order to a server that is %s is moot', (phase) => {
  expect(dueWishes(withWish([], 'web', 'grant', 0), records(phase), idle, 0).standing).toEqual([]);
});

test('what a server has heard is over, but for a cancel: that stands until the server has ended', () => {
  const [cutOver] = withWish([], 'web', 'cutOver', 0);
  const [cancel] = withWish([], 'web', 'cancel', 0);
  expect(noteHeard([cutOver!, cancel!], cutOver!, 5)).toEqual([cancel]);
  expect(noteHeard([cancel!], cancel!, 5)).toEqual([{ ...cancel, nextAt: 600_005 }]);
});

test('an order that is given once more is sent at once, and what is under way is not sent twice', () => {
  const [first] = withWish([], 'web', 'cancel', 0);
  const underWay = { ...idle, inFlight: new Set([first!]) };
  expect(dueWishes([first!], records('migrating'), underWay, 0).due).toEqual([]);
  const again = withWish([first!], 'web', 'cancel', 7);
  expect(again).toHaveLength(1);
  expect(dueWishes(again, records('migrating'), underWay, 7).due).toEqual(again);
});

test('no more orders are under way at once than Temporal lets a workflow have', () => {
  const names = Array.from({ length: 2_500 }, (_, i) => `web-${i}`);
  const wishes = names.map((server): Wish => ({ server, kind: 'cancel', sends: 0, nextAt: 0 }));
  const all = Object.fromEntries(names.map((name) => [name, records('migrating').web!]));
  expect(dueWishes(wishes, all, idle, 0).due.length).toBe(500);
});
