import { decide } from '../../../workflows/batch/decide';
import { forecast } from '../../../workflows/batch/forecast';
import { takeOrder } from '../../../workflows/batch/orders/orders';
import { takeStarted } from '../../../workflows/batch/server-workflow';
import { takeReport } from '../../../workflows/batch/take-report';
import { growth } from '../../growth';
import { aBatch, aPlan, aServer, withLease } from './a-batch';
import { error, failed, queued, sent, synced, waiting } from './records';

describe('who starts', () => {
  test('the longest first, as many as there are slots', () => {
    const batch = withLease(
      aBatch(aPlan(['small', 'large', 'middle']), {
        small: waiting({ diskGiB: 1 }),
        large: waiting({ diskGiB: 100 }),
        middle: waiting({ diskGiB: 10 }),
      }),
      2,
    );
    expect(sent(batch)).toEqual(['start large', 'start middle']);
    expect(batch.index.inUse).toEqual({ existing: 2, running: 2 });
    expect(sent(batch)).toEqual([]);
  });

  test.each([
    ['running slots', { existing: 9, running: 1 }, ['start a']],
    ['existing slots', { existing: 1, running: 9 }, ['start a']],
    ['no lease', { existing: 0, running: 0 }, []],
  ])('no more than %s allow', (_, { existing, running }, expected) => {
    expect(sent(withLease(aBatch(aPlan(['a', 'b'])), existing, running))).toEqual(expected);
  });

  test('a server with a job of its own needs no other one', () => {
    const batch = withLease(aBatch(aPlan(['a', 'b']), { b: waiting({ jobId: 'j-b' }) }), 1, 9);
    expect(sent(batch)).toEqual(['start b']);
  });

  test('a job that runs since an earlier batch is adopted even when the gates are closed', () => {
    const batch = aBatch(aPlan(['a', 'b']), { a: waiting({ jobId: 'j-a', jobRuns: true }) });
    takeOrder(batch, 'pause', { by: 'me' }, 0);
    expect(sent(batch)).toEqual(['start a']);
  });

  test('a server whose last workflow is about to close waits for that', () => {
    const batch = withLease(aBatch(aPlan(['a']), { a: waiting({ notBefore: 1_000 }) }), 5);
    expect(decide(batch, 0)).toMatchObject({ wishes: [], wakeAt: 1_000 });
    expect(sent(batch, 1_000)).toEqual(['start a']);
  });

  test('a server whose source is not known is looked up first', () => {
    const batch = withLease(aBatch(aPlan([aServer('a', { sourceId: undefined, sourceName: 'x' })])), 5);
    const { wishes, lookUp } = decide(batch, 0);
    expect([wishes, lookUp?.map(({ name }) => name)]).toEqual([[], ['a']]);
    expect(decide(batch, 0).lookUp).toBeUndefined();
  });
});

describe('who gets a slot once more', () => {
  test('servers that have asked come before those that wait, oldest first', () => {
    const records = { old: queued({ queuedAt: 1 }), young: queued({ queuedAt: 2 }) };
    const batch = withLease(aBatch(aPlan(['new', 'young', 'old']), records), 9, 2);
    expect(sent(batch)).toEqual(['grant old', 'grant young']);
    expect(batch.index.record('old')).toMatchObject({ phase: 'migrating', grantedRequest: 1, starts: 2 });
  });

  test('a refusal for the quota is no start of its job', () => {
    const refused = { ...error, code: 'QuotaExceeded.Job' };
    const batch = withLease(aBatch(aPlan(['a']), { a: queued({ error: refused }) }), 5);
    expect(sent(batch)).toEqual(['grant a']);
    expect(batch.index.record('a').starts).toBe(1);
  });

  test('a server without a job needs an existing slot, too', () => {
    const plan = aPlan(['a', 'b']);
    const records = { a: queued({ jobId: undefined }), b: synced };
    expect(sent(withLease(aBatch(plan, records), 1, 5))).toEqual([]);
    expect(sent(withLease(aBatch(plan, records), 2, 5))).toEqual(['grant a']);
  });

  test('gates hold restarts back as well, a cut-over only an operator', () => {
    const plan = aPlan(['again', 'cutOver', 'bad'], { stopAfterSameError: 1 });
    const records = { again: queued(), cutOver: queued({ isCutOver: true }), bad: failed };
    const batch = withLease(aBatch(plan, records), 5);
    expect(sent(batch)).toEqual(['grant cutOver']);
    const paused = withLease(aBatch(plan, records), 5);
    takeOrder(paused, 'pause', { by: 'me' }, 0);
    expect([sent(paused), paused.demand.startableAgain]).toEqual([[], 0]);
  });
});

test("a job that runs since an earlier batch is waited for, also when its server's dependency has failed", () => {
  const plan = aPlan(['db', aServer('web', { dependsOn: ['db'] })]);
  const batch = aBatch(plan, { db: failed, web: waiting({ jobId: 'j-web', jobRuns: true }) });
  expect(sent(batch)).toEqual(['start web']);
  expect(batch.index.inUse).toEqual({ existing: 1, running: 1 });
});

test('of a group only one is looked at, and another one once the group is free', () => {
  const names = ['a', 'b', 'c'];
  const plan = aPlan(names.map((name) => aServer(name, { exclusive: 'g' })));
  const batch = withLease(aBatch(plan), 5);
  const order: string[] = [];
  for (let now = 0; order.length < 3; now++) {
    const [name] = sent(withLease(batch, 5), now).map((what) => what.slice('start '.length));
    order.push(name!);
    expect(batch.index.mayBeNext(0)).toEqual([]);
    takeStarted(batch, name!, 1, 'r');
    const result = { outcome: 'failed', error } as const;
    takeReport(batch, { kind: 'ended', server: name!, round: 1, result }, now);
  }
  expect(order).toEqual(names);
});

test('of a group whose next server is held back another one starts, in the order of their sizes', () => {
  const names = ['a', 'b', 'c', 'd'];
  const sizes = Object.fromEntries(names.map((name, i) => [name, waiting({ diskGiB: 40 - i })]));
  const plan = aPlan(names.map((name) => aServer(name, { exclusive: 'g' })));
  const batch = withLease(aBatch(plan, sizes), 5);
  expect(sent(batch)).toEqual(['start a']);
  takeOrder(batch, 'pause', { by: 'me', servers: ['b', 'c'] }, 1);
  takeStarted(batch, 'a', 1, 'r');
  const result = { outcome: 'failed', error } as const;
  takeReport(batch, { kind: 'ended', server: 'a', round: 1, result }, 2);
  expect(sent(batch, 2)).toEqual(['start d']);
  takeStarted(batch, 'd', 1, 'r');
  takeReport(batch, { kind: 'ended', server: 'd', round: 1, result }, 3);
  expect(sent(batch, 3)).toEqual([]);
  takeOrder(batch, 'resume', { by: 'me', servers: ['c'] }, 4);
  expect(sent(batch, 4)).toEqual(['start c']);
});

test('servers that exclude each other, or depend on each other, cost about as much each in a large batch as in a small one', async () => {
  const run = (count: number) => {
    const servers = Array.from({ length: count }, (_, i) =>
      aServer(
        `web-${i}`,
        i % 2 ? { exclusive: `g-${i % 40}` } : { dependsOn: i > 100 ? [`web-${i - 100}`] : undefined },
      ),
    );
    const batch = withLease(aBatch(aPlan(servers)), 100, 50);
    expect(forecast(batch.state, 0).endAt).toBeDefined();
  };
  // Ten times the servers: about 10. One that is compared with all others makes it 100, half of them more than 30.
  expect(await growth([500, 5_000], run)).toBeLessThan(20);
});
