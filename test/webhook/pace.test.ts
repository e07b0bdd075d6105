import { paceOf } from '../../src/webhook/pace';

test('DingTalk gets twenty messages a minute at most, whenever they come', () => {
  const pace = paceOf('dingtalk');
  const accepted: number[] = [];
  for (let now = 0; now < 300_000; now += 500) if (pace.take(now) === 0) accepted.push(now);
  for (const at of accepted)
    expect(accepted.filter((other) => other > at - 60_000 && other <= at).length).toBeLessThanOrEqual(20);
  expect(accepted.length).toBeGreaterThanOrEqual(100);
});

test('a message that must wait is told how long', () => {
  const pace = paceOf('dingtalk');
  for (let i = 0; i < 20; i++) expect(pace.take(i * 1_000)).toBe(0);
  expect(pace.take(20_000)).toBe(40_000);
  expect(pace.take(60_000)).toBe(0);
});

test('a service without a limit gets all', () => {
  const pace = paceOf('json');
  for (let i = 0; i < 1_000; i++) expect(pace.take(i)).toBe(0);
});
