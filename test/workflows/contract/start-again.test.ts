import { restartAfter, restartsIn } from '../../../workflows/contract/start-again';

const policy = { attempts: 3, restartDelaySeconds: 60 };

test.each([
  ['InError', 1, 60],
  ['InError', 2, 120],
  ['InError', 3, undefined],
  ['Stalled', 1, 60],
  ['Stopped', 1, 60],
  ['Ready', 1, 60],
  ['NotStarted', 1, 60],
  ['Finished', 1, undefined],
  ['Waiting', 1, undefined],
  ['Expired', 1, undefined],
  ['Gone', 1, undefined],
  ['TimedOut', 1, undefined],
  ['Unknown', 1, undefined],
] as const)('a job %s at its attempt %d of 3 is started again in %s s', (end, attempt, seconds) => {
  expect(restartsIn(restartAfter(policy, attempt), end)).toBe(seconds);
});

test('a distance between starts grows to an hour', () => {
  expect(restartAfter({ ...policy, attempts: 20 }, 12).inSeconds).toBe(3_600);
});
