import { type ServerLength, scheduleServers } from '../../src/preview';
import { growth } from '../growth';

const servers = (wave: string, ...seconds: number[]): ServerLength[] =>
  seconds.map((length, i) => ({ name: `${wave}-${i + 1}`, wave, seconds: length }));
const waves = (...names: string[]) => names.map((name) => ({ name, overlap: false }));

test('the longest goes first, and a slot is given anew as soon as it is free', () => {
  const { totalSeconds, peakRunning } = scheduleServers(waves('a'), servers('a', 10, 20, 30, 40), 2);
  expect({ totalSeconds, peakRunning }).toEqual({ totalSeconds: 50, peakRunning: 2 });
});

test('a wave waits for the end of the wave before', () => {
  const all = [...servers('a', 10, 60), ...servers('b', 30)];
  const schedule = scheduleServers(waves('a', 'b'), all, 5);
  expect(schedule.waves).toEqual([
    { name: 'a', servers: 2, startSeconds: 0, endSeconds: 60 },
    { name: 'b', servers: 1, startSeconds: 60, endSeconds: 90 },
  ]);
});

test('a wave that may overlap starts beside the stragglers, but not before the last one has started', () => {
  const overlapping = [
    { name: 'a', overlap: false },
    { name: 'b', overlap: true },
  ];
  const all = [...servers('a', 60, 10, 10), ...servers('b', 30)];
  expect(scheduleServers(overlapping, all, 2).waves[1]).toMatchObject({ startSeconds: 20, endSeconds: 50 });
  expect(scheduleServers(overlapping, all, 2).totalSeconds).toBe(60);
});

test('dependencies and exclusive groups are kept', () => {
  const all: ServerLength[] = [
    { name: 'web', wave: 'a', seconds: 50, dependsOn: ['db', 'done-before'] },
    { name: 'db', wave: 'a', seconds: 10 },
    { name: 'x', wave: 'a', seconds: 20, exclusive: 'pair' },
    { name: 'y', wave: 'a', seconds: 25, exclusive: 'pair' },
  ];
  expect(scheduleServers(waves('a'), all, 9)).toMatchObject({ totalSeconds: 60, peakRunning: 2 });
});

test('incremental servers keep their jobs', () => {
  const all = servers('a', 10, 10, 10).map((server) => ({ ...server, staysAfterwards: true }));
  expect(scheduleServers(waves('a'), all, 1)).toMatchObject({ peakRunning: 1, peakExisting: 3 });
});

test('nothing to do, empty waves and a circle end at once', () => {
  expect(scheduleServers(waves('a', 'b'), [], 3).totalSeconds).toBe(0);
  expect(scheduleServers(waves('a', 'b'), servers('b', 7), 3).totalSeconds).toBe(7);
  const circle: ServerLength[] = [
    { name: 'a', wave: 'a', seconds: 1, dependsOn: ['b'] },
    { name: 'b', wave: 'a', seconds: 1, dependsOn: ['a'] },
  ];
  expect(scheduleServers(waves('a'), circle, 3).totalSeconds).toBe(0);
});

test('to schedule 10,000 servers is some ten times the work of 1,000', async () => {
  const schedule = (count: number) => {
    const all = servers('a', ...Array.from({ length: count }, (_, i) => 600 + ((i * 7919) % 5000)));
    const { totalSeconds } = scheduleServers(waves('a'), all, 50);
    const work = all.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(totalSeconds).toBeGreaterThanOrEqual(work / 50);
    expect(totalSeconds).toBeLessThan(work / 50 + 6_000);
  };
  const times = await growth([1_000, 10_000], schedule);
  expect(times).toBeLessThan(30);
});

test('a server with a time of its own starts then, beside those that need no waiting', () => {
  const all: ServerLength[] = [
    { name: 'late', wave: 'a', seconds: 50, notBeforeSeconds: 100 },
    { name: 'now', wave: 'a', seconds: 10 },
    { name: 'next', wave: 'b', seconds: 5 },
  ];
  expect(scheduleServers(waves('a', 'b'), all, 1)).toMatchObject({
    totalSeconds: 155,
    waves: [
      { startSeconds: 0, endSeconds: 150 },
      { startSeconds: 150, endSeconds: 155 },
    ],
  });
});
