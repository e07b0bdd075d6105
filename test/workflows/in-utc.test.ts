import { inUtc } from '../../workflows/in-utc';

test('times in what the Temporal UI shows are written as in every other view', () => {
  expect(inUtc('until 2026-03-01T10:05:12.194Z, or 2026-03-01T10:05:12Z: smc-batch approve dc1 web')).toBe(
    'until 2026-03-01 10:05:12 UTC, or 2026-03-01 10:05:12 UTC: smc-batch approve dc1 web',
  );
});
