import { createCallRate, type TaskQueueLimit } from '../../src/temporal/call-rate';

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-03-02T00:00:00Z') });
});
afterEach(() => {
  jest.useRealTimers();
});

/** What Temporal keeps, as all workers see it. */
function aQueue(limit: TaskQueueLimit = {}) {
  const queue = {
    limit,
    said: [] as string[],
    worker: (ceiling?: number) =>
      createCallRate({
        store: {
          read: async () => queue.limit,
          async write(perSecond, reason) {
            queue.limit = perSecond === undefined ? {} : { perSecond, reason, changedAt: Date.now() };
          },
        },
        ceiling,
        say: (line) => queue.said.push(line),
      }),
  };
  return queue;
}

const seconds = (count: number) => jest.advanceTimersByTimeAsync(count * 1000);

test('fifty calls refused at once halve the limit once', async () => {
  const queue = aQueue();
  const rate = queue.worker(20);
  for (let i = 0; i < 50; i++) rate.throttled();
  await seconds(1);
  expect(queue.limit.perSecond).toBe(10);
  expect(queue.said).toHaveLength(1);
});

test('as long as the API throttles it goes down, never below two a second', async () => {
  const queue = aQueue();
  const rate = queue.worker(8);
  const seen: (number | undefined)[] = [];
  for (let i = 0; i < 6; i++) {
    rate.throttled();
    await seconds(6);
    seen.push(queue.limit.perSecond);
  }
  expect(seen).toEqual([4, 2, 2, 2, 2, 2]);
});

test('after quiet quarters of a minute it is back up, and what the workers ask for counts again', async () => {
  const queue = aQueue();
  const rate = queue.worker(10);
  rate.throttled();
  await seconds(1);
  const seen: (number | undefined)[] = [queue.limit.perSecond];
  for (let i = 0; i < 3; i++) {
    await seconds(16);
    seen.push(queue.limit.perSecond);
  }
  expect(seen).toEqual([5, 7.5, undefined, undefined]);
  expect(queue.said.at(-1)).toBe('The SMC API no longer throttles: 10 activities a second again');
});

test('without a ceiling it starts from the rate that was too high, and ends with no limit', async () => {
  const queue = aQueue();
  const rate = queue.worker();
  for (let i = 0; i < 400; i++) rate.called();
  rate.throttled();
  await seconds(1);
  expect(queue.limit.perSecond).toBe(20);
  await seconds(600);
  expect(queue.limit).toEqual({});
});

test('several workers that are throttled at once take one step together, down and up', async () => {
  const queue = aQueue();
  const workers = [queue.worker(16), queue.worker(16), queue.worker(16)];
  for (const worker of workers) {
    worker.throttled();
    await seconds(0.5);
  }
  expect(queue.limit.perSecond).toBe(8);
  await seconds(18);
  expect(queue.limit.perSecond).toBe(12);
});

test('a limit that a dead worker has left is raised by the next one', async () => {
  const first = aQueue();
  const dead = first.worker(10);
  dead.throttled();
  await seconds(1);
  dead.close();
  await seconds(100);
  expect(first.limit.perSecond).toBe(5);
  await first.worker(10).start();
  await seconds(61);
  expect(first.limit).toEqual({});
});

test('a limit that somebody has set by hand is left alone', async () => {
  const byHand = { perSecond: 3, reason: 'night shift', changedAt: 0 };
  const queue = aQueue(byHand);
  const rate = queue.worker(10);
  await rate.start();
  rate.throttled();
  await seconds(100);
  expect(queue.limit).toBe(byHand);
});

test('a Temporal that knows no such limit is told of once', async () => {
  const said: string[] = [];
  const refuse = async () => {
    throw new Error('12 UNIMPLEMENTED: unknown method UpdateTaskQueueConfig');
  };
  const rate = createCallRate({ store: { read: refuse, write: refuse }, say: (line) => said.push(line) });
  for (let i = 0; i < 3; i++) {
    rate.throttled();
    await seconds(10);
  }
  expect(said).toEqual([expect.stringContaining('UNIMPLEMENTED')]);
});
