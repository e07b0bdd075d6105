import { clockTime, clockTimeAhead, zonedTime } from '../../src/report';

const now = Date.parse('2026-03-01T13:53:00Z');
const at = (time: string) => Date.parse(time);

test.each([
  ['2026-03-01T14:05:30Z', 'UTC', '14:05'],
  ['2026-03-02T04:50:00Z', 'UTC', 'Mon 04:50'],
  ['2026-03-09T04:50:00Z', 'UTC', '2026-03-09 04:50'],
  // In Shanghai the day is over at 16:00 UTC.
  ['2026-03-01T15:59:00Z', 'Asia/Shanghai', '23:59'],
  ['2026-03-01T16:00:00Z', 'Asia/Shanghai', 'Mon 00:00'],
])('the clock time of %s in %s is %s', (time, zone, said) => {
  expect(clockTime(at(time), now, zone)).toBe(said);
});

test('beside a time stands how long that is, and a time that is kept has its zone', () => {
  expect(clockTimeAhead(now + 720_000, now, 'UTC')).toBe('14:05, in 12 min');
  expect(zonedTime(now, 'UTC')).toBe('2026-03-01 13:53:00 UTC');
  expect(zonedTime(now, 'Asia/Shanghai')).toBe('2026-03-01 21:53:00 GMT+8');
});
