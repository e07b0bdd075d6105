import { doneAbout, nextAfterGoodEnd, nextLine, statusText, waitingLines } from '../../src/report';
import { aBatch, aServer } from './a-batch';

test.each([
  ['running', { status: 'running', counts: { migrating: 3 } }],
  ['waiting for approval', { status: 'waiting for approval', counts: { failed: 1 } }],
  ['ended', { status: 'ended', outcome: 'done', counts: { migrated: 60 } }],
  ['ended: 3 of 60 servers failed', { status: 'ended', outcome: 'failed', counts: { failed: 3 } }],
  [
    'ended: 3 of 60 servers failed, 2 cancelled',
    { status: 'ended', outcome: 'failed', counts: { failed: 3, cancelled: 2 } },
  ],
  ['ended: 2 of 60 servers cancelled', { status: 'ended', outcome: 'done', counts: { cancelled: 2 } }],
  [
    'cancelled: 12 of 60 servers cancelled',
    { status: 'ended', outcome: 'cancelled', counts: { cancelled: 12 } },
  ],
  ['cancelled', { status: 'ended', outcome: 'cancelled', counts: { migrated: 60 } }],
] as const)('%s', (said, batch) => {
  expect(statusText({ ...batch, total: 60 })).toBe(said);
});

test('the next command stands beside the reason, unless the reason has it', () => {
  const pause = { waiting: 'the batch is paused', next: ['smc-batch resume dc1'] };
  expect(waitingLines(pause, 0)).toEqual(['waiting: the batch is paused', 'next: smc-batch resume dc1']);
  const approval = {
    waiting: "wave 'web' waits for approval: smc-batch approve dc1 web",
    next: ['smc-batch approve dc1 web'],
  };
  expect(waitingLines(approval, 0)).toEqual([`waiting: ${approval.waiting}`]);
  expect(nextLine({ next: ['smc-batch retry dc1'] })).toBe('smc-batch retry dc1');
  expect(waitingLines({ next: ['smc-batch retry dc1'] }, 0)).toEqual([]);
});

test('the time to go is said until it is past', () => {
  const now = Date.parse('2026-03-01T13:00:00Z');
  expect(doneAbout({ estimatedEnd: now + 60_000 * 5 }, now, 'UTC')).toBe(', done about 13:05, in 5 min');
  expect(doneAbout({ estimatedEnd: now }, now)).toBe('');
  expect(doneAbout({ estimatedEnd: now + 4_000 }, now)).toBe('');
  expect(doneAbout({}, now)).toBe('');
});

test('a time in a reason is the clock time of the reader, with how long it is until then', () => {
  const now = Date.parse('2026-03-01T13:53:00Z');
  const waiting = "the window of wave 'web' is closed until 2026-03-01T22:00:00.000Z";
  expect(waitingLines({ waiting }, now, 'Asia/Shanghai')).toEqual([
    "waiting: the window of wave 'web' is closed until Mon 06:00, in 8 h 7 min",
  ]);
});

test('after a batch in which all is well: its report and its clean-up; after any other nothing', () => {
  const { progress } = aBatch([aServer(), aServer({ server: 'web-02', phase: 'skipped' })]);
  expect(nextAfterGoodEnd(progress)).toBe('smc-batch report dc1-exit --output-file dc1-exit.html');
  expect(nextAfterGoodEnd({ ...progress, strayJobs: 1 })).toBe(
    'smc-batch report dc1-exit --output-file dc1-exit.html, and to delete jobs that are left: smc-batch cleanup dc1-exit',
  );
  const failed = aBatch([aServer(), aServer({ server: 'web-02', phase: 'failed' })]);
  expect(nextAfterGoodEnd(failed.progress)).toBeUndefined();
});
