import { blockedLines, countsOfPlan, startQuestion } from '../../src/batch-client/plan-of-action';

const plan = { migrate: 1, adopt: 0, done: 19, blocked: 0, blockedServers: [] };
const blocked = (count: number) => ({
  ...plan,
  migrate: 0,
  blocked: count,
  blockedServers: Array.from({ length: Math.min(20, count) }, (_, i) => ({
    server: `web-${i}`,
    code: 'SourceServer.NotFound',
    message: 'no such source',
    remedy: 'Import it.',
  })),
});

test.each([
  [plan, "Start batch 'dc1'?"],
  [{ ...plan, adopt: 2 }, "Start batch 'dc1'?"],
  [{ ...plan, migrate: 0 }, "Start batch 'dc1' all the same: nothing is left to migrate, 19 done?"],
  [blocked(3), "Start batch 'dc1' all the same: 0 to migrate, 19 done, 3 blocked?"],
  [undefined, "Start batch 'dc1' all the same?"],
])('the question before a start says what it starts: %#', (planned, question) => {
  expect(startQuestion('dc1', planned)).toBe(question);
});

test('who is blocked is named with why and what to do; more than can be read are counted', () => {
  expect(countsOfPlan(blocked(12))).toBe('0 to migrate, 19 done, 12 blocked');
  const lines = blockedLines(blocked(12), 'my plan.yaml');
  expect(lines.slice(0, 2)).toEqual([
    '  web-0 is blocked: SourceServer.NotFound: no such source',
    '    Import it.',
  ]);
  expect(lines.at(-1)).toBe("  … and 2 more: smc-batch preview 'my plan.yaml'");
});
