import type { TimeWindow } from '../../src/plan';
import { unusualNights, windowAhead, zoneTime } from '../../workflows/batch/forecast';

const berlin = (from: string, to: string, days?: TimeWindow['days']): TimeWindow => ({
  from,
  to,
  timezone: 'Europe/Berlin',
  ...(days && { days }),
});
const year = (window: TimeWindow, lockoutDates: string[] = [], of = 2030) =>
  unusualNights(window, lockoutDates, Date.parse(`${of}-01-01`), Date.parse(`${of}-12-31`)).map(
    ({ date, kind, minutes }) => `${date.slice(5)} ${kind} ${minutes}`,
  );

// Clocks of 2030 in Berlin: forward on Sunday March 31st, back on Sunday October 27th. docs/plan.md has the same table.
test.each([
  ['22:00', '06:00', ['03-30 shorter 420', '10-26 longer 540']],
  ['02:00', '03:00', ['03-31 skipped 0', '10-27 longer 120']],
  ['02:30', '04:00', ['03-31 shorter 60', '10-27 doubled 120']],
  ['01:00', '04:00', ['03-31 shorter 120', '10-27 longer 240']],
  ['02:15', '02:45', ['03-31 skipped 0', '10-27 doubled 60']],
  ['09:00', '17:00', []],
  ['00:00', '00:00', []],
])('a window from %s to %s has these nights of its own in a year', (from, to, nights) => {
  expect(year(berlin(from, to))).toEqual(nights);
});

test('only days on which the window opens count, and none that are locked out', () => {
  expect(year(berlin('22:00', '06:00', ['mon', 'tue']))).toEqual([]);
  expect(year(berlin('22:00', '06:00', ['sat']), ['2030-03-31'])).toEqual(['10-26 longer 540']);
});

test.each([
  // Half an hour, in the south.
  ['Australia/Lord_Howe', '01:00', '03:00', ['04-07 longer 150', '10-06 shorter 90']],
  // At midnight.
  ['America/Havana', '00:00', '01:00', ['03-10 skipped 0', '11-03 longer 120']],
  ['Asia/Shanghai', '22:00', '06:00', []],
  ['UTC', '22:00', '06:00', []],
])('clocks of %s change as they do there', (timezone, from, to, nights) => {
  expect(year({ from, to, timezone })).toEqual(nights);
});

test('the next opening is told in UTC and by the clock of the window', () => {
  const now = Date.parse('2030-03-30T12:00:00Z');
  const { opensAt, closesAt } = windowAhead(berlin('22:00', '06:00'), [], now)!;
  expect([opensAt, closesAt].map((at) => new Date(at!).toISOString())).toEqual([
    '2030-03-30T21:00:00.000Z',
    '2030-03-31T04:00:00.000Z',
  ]);
  expect(zoneTime(opensAt, 'Europe/Berlin')).toBe('Sat 2030-03-30 22:00 Europe/Berlin');
});
