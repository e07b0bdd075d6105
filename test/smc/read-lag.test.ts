import {
  lateReadMs,
  lateReadPatience,
  mayOccupantBeGone,
  mayRefusalBeExplained,
  settledMs,
} from '../../src/smc';

afterEach(() => jest.restoreAllMocks());

test.each([
  [1, 60],
  [12, 60],
  [30, 150],
  [3_600, 18_000],
])('who looks every %d s doubts a contradiction for %d s: a minute, and five looks', (seconds, expected) => {
  expect(lateReadMs(seconds)).toBe(expected * 1000);
});

test('patience begins anew whenever a look agrees', () => {
  let now = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  const isTooLong = lateReadPatience(1);
  const at = (seconds: number, isSeen: boolean) => {
    now = seconds * 1000;
    return isTooLong(isSeen);
  };
  expect([at(0, true), at(60, true), at(61, true)]).toEqual([false, false, true]);
  expect([at(62, false), at(100, true), at(160, true), at(161, true)]).toEqual([false, false, false, true]);
});

test.each([
  [1, 10_000, true],
  [7, 600_000, true],
  [8, 299_000, true],
  [8, 300_000, false],
])(
  'at try %d, %d ms after the first, a refusal that nothing explains is doubted: %s',
  (tries, ms, isDoubted) => {
    expect(mayRefusalBeExplained(tries, ms)).toBe(isDoubted);
  },
);

test('another job on the source is looked at four times', () => {
  expect([1, 3, 4].map(mayOccupantBeGone)).toEqual([true, true, false]);
});

test('by the clocks of others a write is settled at twice the lag that a refusal is doubted for', () => {
  expect(settledMs).toBe(600_000);
});
