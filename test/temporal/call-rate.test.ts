import { SmcError } from '../../src/smc';
import type { LimitOnServer, QueueLimit } from '../../src/temporal/queue-limit';
import { type CallRate, createCallRate, tellThrottling } from '../../src/temporal/worker/call-rate';

const quietMs = 30_000;
const rates: CallRate[] = [];

beforeEach(() => jest.useFakeTimers());
afterEach(async () => {
  await Promise.all(rates.splice(0).map((rate) => rate.close()));
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

/** As gRPC has it. */
interface Refusal {
  code: number;
  details?: string;
}

/** The limit on a server, which all workers of a test share. */
function aServer(present: Partial<LimitOnServer> = {}) {
  let changes = 0;
  const server = {
    isOurs: false,
    dispatchedPerSecond: 0,
    ...present,
    /** Each value that was set. */
    history: [] as (number | undefined)[],
    refuses: undefined as Refusal | undefined,
    reads: 0,
  } as LimitOnServer & { history: (number | undefined)[]; refuses?: Refusal; reads: number };
  const limit: QueueLimit = {
    async read() {
      server.reads++;
      return { ...server };
    },
    async set(perSecond) {
      if (server.refuses) throw server.refuses;
      server.history.push(perSecond);
      Object.assign(server, { perSecond, isOurs: true, changed: String(++changes) });
      return server.changed;
    },
  };
  return Object.assign(server, { limit });
}

/** A worker that has had its first look. */
async function aWorker({ limit }: { limit: QueueLimit }, ceiling?: number) {
  const said: string[] = [];
  const rate = createCallRate({ limit, ceiling, quietMs, say: (line) => said.push(line) });
  rates.push(rate);
  rate.start();
  await pass(0);
  return { ...rate, said };
}

const pass = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000);

/** Starts so many activities evenly, each second. */
async function startActivities(worker: CallRate, perSecond: number, seconds: number): Promise<void> {
  for (let i = 0; i < seconds * perSecond; i++) {
    worker.activityStarted();
    await jest.advanceTimersByTimeAsync(1000 / perSecond);
  }
}

test('fifty refusals at once lower the limit by one step, to half of what was started', async () => {
  const server = aServer();
  const worker = await aWorker(server);
  await startActivities(worker, 20, 10);
  for (let i = 0; i < 50; i++) worker.throttled();
  await pass(1);
  for (let i = 0; i < 50; i++) worker.throttled();
  await pass(1);
  expect(server.history).toEqual([10]);
  expect(worker.said).toEqual([
    'SMC throttles: at most 10 activities per second over all workers from now on',
  ]);
});

test('a burst that has just begun is measured at its own rate', async () => {
  const server = aServer();
  const worker = await aWorker(server);
  await pass(60);
  for (let i = 0; i < 30; i++) worker.activityStarted();
  worker.throttled();
  await pass(1);
  expect(server.perSecond).toBe(15);
});

test('what all workers start counts, not only this one', async () => {
  const server = aServer({ dispatchedPerSecond: 40 });
  const worker = await aWorker(server);
  await startActivities(worker, 4, 10);
  worker.throttled();
  await pass(1);
  expect(server.perSecond).toBe(20);
});

test('throttling that goes on halves the limit every five seconds, and never below one a second', async () => {
  const server = aServer({ dispatchedPerSecond: 10 });
  const worker = await aWorker(server);
  for (let i = 0; i < 60; i++) {
    worker.throttled();
    await pass(0.5);
  }
  expect(server.history).toEqual([5, 2.5, 1.3, 1, 1, 1]);
  expect(worker.said).toHaveLength(4);
});

test('after a quiet while the limit goes up step by step, and is taken off at the end', async () => {
  const server = aServer({ dispatchedPerSecond: 60 });
  const worker = await aWorker(server);
  worker.throttled();
  await pass(29);
  expect(server.history).toEqual([30]);
  await pass(200);
  expect(server.history).toEqual([30, 45, 67.5, undefined]);
  expect(worker.said.at(-1)).toBe('SMC no longer throttles: no limit from now on, as before');
});

test('with a ceiling the raise ends at it, and that of the workers’ settings holds again', async () => {
  const server = aServer({ dispatchedPerSecond: 60 });
  const worker = await aWorker(server, 8);
  worker.throttled();
  await pass(200);
  expect(server.history).toEqual([4, 6, undefined]);
  expect(worker.said.at(-1)).toBe(
    'SMC no longer throttles: at most 8 activities per second over all workers from now on, as before',
  );
});

test('a ceiling below one a second is not raised by a refusal', async () => {
  const server = aServer({ dispatchedPerSecond: 60 });
  (await aWorker(server, 0.5)).throttled();
  await pass(1);
  expect(server.history).toEqual([0.5]);
});

test('throttling that comes back lowers from where the limit has come to', async () => {
  const server = aServer({ dispatchedPerSecond: 40 });
  const worker = await aWorker(server);
  worker.throttled();
  await pass(45);
  worker.throttled();
  await pass(1);
  expect(server.history).toEqual([20, 30, 15]);
});

test('several workers that are throttled together take one step together, down and up', async () => {
  const server = aServer({ dispatchedPerSecond: 80 });
  const workers = [await aWorker(server), await aWorker(server), await aWorker(server)];
  for (const worker of workers) {
    worker.throttled();
    await pass(0.1);
  }
  expect(server.history).toEqual([40]);
  await pass(35);
  expect(server.history).toEqual([40, 60]);
});

test('a worker with quiet calls does not raise what another one keeps down', async () => {
  const server = aServer({ dispatchedPerSecond: 2 });
  await aWorker(server);
  const throttled = await aWorker(server);
  for (let i = 0; i < 120; i++) {
    throttled.throttled();
    await pass(1);
  }
  expect(new Set(server.history)).toEqual(new Set([1]));
});

test('a limit left behind by a dead worker is raised by the next one', async () => {
  const server = aServer({ perSecond: 50, isOurs: true, changed: 'long ago' });
  await aWorker(server);
  await pass(80);
  expect(server.history).toEqual([75, undefined]);
});

test('a limit an operator has set is left alone', async () => {
  const server = aServer({ perSecond: 7, isOurs: false, changed: 'by hand' });
  const worker = await aWorker(server);
  for (let i = 0; i < 30; i++) {
    worker.throttled();
    await pass(10);
  }
  expect(server.history).toEqual([]);
});

test.each([
  [12, 'this Temporal server does not offer it'],
  [7, 'this worker may not do it'],
])('where the limit cannot be changed (gRPC %i) that is said once', async (code, reason) => {
  const server = aServer({ dispatchedPerSecond: 40 });
  server.refuses = { code };
  const worker = await aWorker(server);
  worker.throttled();
  await pass(10);
  const { reads } = server;
  for (let i = 0; i < 5; i++) {
    worker.throttled();
    await pass(10);
  }
  expect(worker.said).toEqual([expect.stringContaining(reason)]);
  expect(server.reads).toBe(reads);
});

test('a Temporal that is away for a moment is asked again', async () => {
  const server = aServer({ dispatchedPerSecond: 40 });
  server.refuses = { code: 14 };
  const worker = await aWorker(server);
  worker.throttled();
  await pass(1);
  server.refuses = undefined;
  worker.throttled();
  await pass(1);
  expect(server.history).toEqual([20]);
  expect(worker.said).toHaveLength(1);
});

test('a limit that is refused again and again is reported once, and still read', async () => {
  const server = aServer({ dispatchedPerSecond: 40 });
  server.refuses = { code: 3, details: 'no such partition' };
  const worker = await aWorker(server);
  for (let i = 0; i < 5; i++) {
    worker.throttled();
    await pass(1);
  }
  expect(worker.said).toEqual([expect.stringContaining('no such partition')]);
  server.refuses = undefined;
  worker.throttled();
  await pass(1);
  expect(server.history).toEqual([20]);
});

test('only throttling is noted, and every error goes on to the caller', async () => {
  const told = jest.fn();
  const codes = ['Throttling.User', 'ServiceUnavailable', 'QuotaExceeded.ReplicationJob'];
  for (const code of codes) {
    const error = new SmcError({ code, message: 'no' });
    const transport = tellThrottling(
      { call: () => Promise.reject(error), simulatedSpeed: () => undefined, close: async () => undefined },
      told,
    );
    await expect(transport.call('DescribeReplicationJobs', {})).rejects.toBe(error);
  }
  expect(told).toHaveBeenCalledTimes(1);
});
