import { closingTime, isOpen, nextOpening } from '../../../../workflows/batch/gates/time-window';

const at = (text: string) => Date.parse(text);
const night = { from: '22:00', to: '06:00', timezone: 'Asia/Shanghai' };
const office = {
  from: '09:00',
  to: '17:30',
  timezone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const,
};

test.each([
  ['before it opens', '2030-01-15T13:59:00Z', false],
  ['as it opens (22:00 in Shanghai)', '2030-01-15T14:00:00Z', true],
  ['after midnight', '2030-01-15T18:00:00Z', true],
  ['as it closes (06:00 in Shanghai)', '2030-01-15T22:00:00Z', false],
])('a window over midnight %s', (_, time, open) => {
  expect(isOpen(night, [], at(time))).toBe(open);
});

test.each([
  ['on a Friday morning', '2030-01-18T08:00:00Z', true],
  ['on a Saturday', '2030-01-19T10:00:00Z', false],
  ['in summer time, an hour earlier in UTC', '2030-07-01T07:00:00Z', true],
  ['in winter at the same UTC hour', '2030-01-14T07:00:00Z', false],
])('office hours %s', (_, time, open) => {
  expect(isOpen({ ...office, days: [...office.days] }, [], at(time))).toBe(open);
});

test('the small hours belong to the day on which the window opened', () => {
  const friday = { ...night, timezone: 'UTC', days: ['fri' as const] };
  expect(isOpen(friday, [], at('2030-01-18T23:00:00Z'))).toBe(true);
  expect(isOpen(friday, [], at('2030-01-19T05:00:00Z'))).toBe(true);
  expect(isOpen(friday, [], at('2030-01-19T23:00:00Z'))).toBe(false);
});

test('on a lockout date nothing opens, in the time zone of the window', () => {
  const lockout = ['2030-01-16'];
  expect(isOpen(night, lockout, at('2030-01-15T15:59:00Z'))).toBe(true);
  expect(isOpen(night, lockout, at('2030-01-15T16:01:00Z'))).toBe(false);
  expect(isOpen(undefined, lockout, at('2030-01-16T12:00:00Z'))).toBe(false);
});

test('the next opening is found to the minute, over lockouts and weekends', () => {
  expect(nextOpening(night, [], at('2030-01-15T08:17:20Z'))).toBe(at('2030-01-15T14:00:00Z'));
  expect(nextOpening(night, [], at('2030-01-15T15:17:20Z'))).toBe(at('2030-01-15T15:17:20Z'));
  expect(nextOpening({ ...office, days: [...office.days] }, ['2030-01-21'], at('2030-01-18T17:00:00Z'))).toBe(
    at('2030-01-22T08:00:00Z'),
  );
  expect(nextOpening({ from: '10:00', to: '10:05', timezone: 'UTC' }, [], at('2030-01-15T10:05:00Z'))).toBe(
    at('2030-01-16T10:00:00Z'),
  );
});

test.each([
  ['an open window', '2030-01-15T18:10:30Z', '2030-01-15T22:00:00Z'],
  ['a window that is about to close', '2030-01-15T21:59:59Z', '2030-01-15T22:00:00Z'],
  ['a closed window', '2030-01-16T09:00:00Z', '2030-01-15T22:00:00Z'],
])('%s says when it closes, or has closed last', (_, time, closing) => {
  expect(closingTime(night, [], at(time))).toBe(at(closing));
});

test('a window without an end has no closing time', () => {
  expect(
    closingTime({ from: '00:00', to: '00:00', timezone: 'UTC' }, [], at('2030-01-15T12:00:00Z')),
  ).toBeUndefined();
});

test('an answer is remembered for the same dates and window as long as it holds, and no longer', () => {
  const dates: string[] = [];
  const times = [
    '2030-01-15T18:00:00Z',
    '2030-01-15T21:59:00Z',
    '2030-01-15T22:00:00Z',
    '2030-01-16T15:00:00Z',
  ];
  const closes = [
    '2030-01-15T22:00:00Z',
    '2030-01-15T22:00:00Z',
    '2030-01-15T22:00:00Z',
    '2030-01-16T22:00:00Z',
  ];
  for (const [i, time] of times.entries()) {
    expect(closingTime(night, dates, at(time))).toBe(at(closes[i]!));
    expect(nextOpening(night, dates, at(time))).toBe(nextOpening(night, [], at(time)));
  }
  // Also of an earlier time, as a replay asks.
  expect(closingTime(night, dates, at(times[0]!))).toBe(at(closes[0]!));
});
