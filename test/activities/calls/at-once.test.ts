import type { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { callsAtOnce } from '../../../activities/calls/at-once';
import { notAtOnce } from '../../../workflows/contract/first-try';
import { aWorkbench, closeAll, failureOf } from '../a-workbench';

afterEach(closeAll);

const local = () => new MockActivityEnvironment({ isLocal: true });
const activity = (attempt: number) => new MockActivityEnvironment({ attempt });
const answer = async (input: string) => `${input} done`;

test('a call is made at once while the rate of calls has no limit', async () => {
  let isLimited = false;
  const call = callsAtOnce(() => isLimited)(answer);
  expect(await local().run(call, 'start')).toBe('start done');
  isLimited = true;
  expect(await failureOf(local().run(call, 'start'))).toMatchObject({ type: notAtOnce, isRetried: true });
  expect(await activity(1).run(call, 'start')).toBe('start done');
});

test('while an API is slow, calls go through the task queue; after a while they are made at once again', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  try {
    const short = callsAtOnce(() => false);
    let end: () => void = () => undefined;
    const slow = local().run(
      short(() => new Promise<void>((resolve) => (end = resolve))),
      undefined,
    );
    await Promise.resolve();
    expect(await local().run(short(answer), 'a')).toBe('a done');
    jest.advanceTimersByTime(2_001);
    expect(await failureOf(local().run(short(answer), 'b'))).toMatchObject({ type: notAtOnce });
    end();
    await slow;
    jest.advanceTimersByTime(30_001);
    expect(await local().run(short(answer), 'c')).toBe('c done');
  } finally {
    jest.useRealTimers();
  }
});

test('so many calls are made at once that the tasks of other workflows have room', async () => {
  const short = callsAtOnce(() => false);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const underWay = Array.from({ length: 30 }, () =>
    local().run(
      short(() => ended),
      undefined,
    ),
  );
  await Promise.resolve();
  expect(await failureOf(local().run(short(answer), 'a'))).toMatchObject({ type: notAtOnce });
  end();
  await Promise.all(underWay);
  expect(await local().run(short(answer), 'a')).toBe('a done');
});

test('a call that failed at once goes on as an activity: that failure is its first attempt, with its delay', async () => {
  const { run } = await aWorkbench({
    faults: { calls: [{ operation: 'StartReplicationJob', error: { code: 'ServiceUnavailable' } }] },
  });
  const failed = (await run('startReplicationJob', { jobId: 'j-1' }).then(
    () => undefined,
    (error) => error,
  )) as ApplicationFailure;
  const { type, message, details } = failed;
  const firstTry = { type: type!, message, detail: details?.[0] as never };
  let calls = 0;
  const call = callsAtOnce(() => false)(async (_: { jobId: string }) => {
    calls++;
  });
  const beats: unknown[] = [];
  const first = activity(1);
  first.on('heartbeat', (details) => beats.push(details));
  expect(await failureOf(first.run(call, { jobId: 'j-1' }, firstTry))).toMatchObject({
    type: 'ServiceUnavailable',
    isRetried: true,
    message,
    nextRetryDelay: Math.round(failed.nextRetryDelay as number),
  });
  expect([calls, beats]).toEqual([0, [{ failingSince: expect.any(Number) }]]);
  await activity(2).run(call, { jobId: 'j-1' }, firstTry);
  expect(calls).toBe(1);
});

test('what would have to wait is not made at once', async () => {
  const bench = await aWorkbench({ readLagSeconds: 60 });
  const looking = bench.runIn(bench.environment(1, undefined, true))('describeFailedJob', {
    jobId: 'j-none',
    sourceId: 's-1',
  });
  expect(await failureOf(looking)).toMatchObject({ type: notAtOnce, isRetried: true });
});
