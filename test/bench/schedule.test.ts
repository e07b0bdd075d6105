import { listSchedule, lowerBound, scheduleOf } from '../../bench/schedule';
import type { TimelinePoint } from '../../src/simulator';

const timeline = (...points: [realMs: number, running: number][]): TimelinePoint[] =>
  points.map(([realMs, running]) => ({ realMs, running, existing: running, atSeconds: realMs }));

test('the bound is all work over the quota, or the longest job', () => {
  expect(lowerBound([4, 4, 4, 4], 2)).toBe(8);
  expect(lowerBound([10, 1, 1], 3)).toBe(10);
});

test('an engine that costs nothing starts the next job the moment a slot is free', () => {
  expect(listSchedule([5, 4, 3, 2], 2)).toBe(7);
  expect(listSchedule([2, 3, 4, 5], 2)).toBe(8);
  expect(listSchedule([3], 50)).toBe(3);
});

test('idle slot time is split: before the window was full, between runs, after the last start', () => {
  // Two slots: both run from 110 on; one is handed over from 150 to 170; the last job ends alone.
  const schedule = scheduleOf(
    timeline([90, 0], [100, 1], [110, 2], [150, 1], [170, 2], [200, 1], [230, 0], [240, 0]),
    2,
  );
  expect(schedule).toEqual({
    makespan: 130,
    busy: 10 + 80 + 20 + 60 + 30,
    starts: 3,
    idle: { startUp: 10, handover: 20, tail: 30 },
    handover: 20,
  });
  const { busy, idle, makespan } = schedule;
  expect(busy + idle.startUp + idle.handover + idle.tail).toBe(2 * makespan);
});

test('fewer jobs than slots never fill the window', () => {
  const { idle } = scheduleOf(timeline([0, 1], [10, 2], [30, 1], [40, 0]), 50);
  expect(idle).toEqual({ startUp: 490, handover: 0, tail: 20 * 48 + 10 * 49 });
});

test('a schedule that has not ended is refused', () => {
  expect(() => scheduleOf(timeline([0, 1], [10, 0], [20, 1]), 2)).toThrow('no finished schedule');
  expect(() => scheduleOf([], 2)).toThrow('no finished schedule');
});
