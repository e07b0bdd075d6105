import fc from 'fast-check';
import { ServerIndex } from '../../../../workflows/batch/servers/server-index';
import type { ServerRecord } from '../../../../workflows/batch/servers/server-record';
import { aBatch, aPlan, aServer } from '../a-batch';

const names = ['a', 'b', 'c', 'd', 'e'];
const plan = aPlan(
  names.map((name, i) =>
    aServer(name, {
      wave: i < 3 ? 'one' : 'two',
      exclusive: i % 2 ? 'pair' : undefined,
      dependsOn: i === 4 ? ['a'] : undefined,
    }),
  ),
  { waves: [{ name: 'one' }, { name: 'two' }] },
);

const error = fc
  .constantFrom('InternalError', 'constructor')
  .map((code) => ({ code, message: '', remedy: '' }));
const leftover = fc.option(fc.constant({ jobId: 'j-1', why: 'keptByPolicy' } as const), { nil: undefined });
const jobId = fc.option(fc.constant('j-1'), { nil: undefined });
const job = { jobId: 'j-1' };
const state: fc.Arbitrary<object> = fc.oneof(
  fc.record({
    phase: fc.constant('waiting'),
    jobId,
    jobRuns: fc.boolean(),
    lookUp: fc.constantFrom(undefined, {}),
  }),
  fc.record({ phase: fc.constantFrom('migrating', 'recovering'), ...{ jobId: fc.constant('j-1') } }),
  fc.record({
    phase: fc.constant('finishing'),
    jobId: fc.constant('j-1'),
    error: fc.option(error, { nil: undefined }),
  }),
  fc.record({
    phase: fc.constant('queued'),
    jobId,
    slotRequest: fc.nat(3),
    isCutOver: fc.boolean(),
    queuedAt: fc.nat(9),
  }),
  fc.record({
    phase: fc.constant('synced'),
    jobId: fc.constant('j-1'),
    sync: fc.record({
      runs: fc.boolean(),
      holdsSlot: fc.boolean(),
      dueAt: fc.option(fc.nat(9), { nil: undefined }),
    }),
  }),
  fc.record({
    phase: fc.constant('failed'),
    error,
    leftover,
    isConsequence: fc.constantFrom(true, undefined),
  }),
  fc.record({ phase: fc.constantFrom('migrated', 'cancelled', 'skipped'), leftover, note: fc.constant('') }),
);

/** All that an index tells; servers that ask at the same time may stand in any order. */
function told(index: ServerIndex, record: (name: string) => ServerRecord) {
  const { inUse, counts, waves, strays, leftovers, failedByCode, groupsHeld, syncs, syncsDue } = index;
  const { queued, queuedCutOvers, withWorkflow, runningWithoutWorkflow, lookedUpFirst, waitingWithJob } =
    index;
  const asked = (name: string) => (record(name) as { queuedAt: number }).queuedAt;
  return {
    ...{ inUse, counts, strays, leftovers, syncs, queuedCutOvers, waitingWithJob },
    waves: waves.map((wave, i) => [wave, index.waitingIn(i), index.mayBeNext(i)]),
    failedByCode: [...failedByCode].sort(),
    groupsHeld: [...groupsHeld].sort(),
    syncsDue: [...syncsDue].sort(),
    withWorkflow: [...withWorkflow].sort(),
    runningWithoutWorkflow: [...runningWithoutWorkflow].sort(),
    lookedUpFirst: [...lookedUpFirst].sort(),
    queued: [...queued].map(asked).sort(),
  };
}

test('an index that was kept up to date equals the one made anew', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...names), state, fc.option(fc.nat(99), { nil: undefined })), {
        maxLength: 40,
      }),
      (changes) => {
        const { index, state: kept } = aBatch(plan);
        for (const [name, next, diskGiB] of changes)
          index.set(name, {
            round: 1,
            ...(diskGiB !== undefined && kept.servers[name]!.phase !== 'waiting' && { diskGiB }),
            ...next,
          } as ServerRecord);
        const record = (name: string) => kept.servers[name]!;
        const anew = new ServerIndex({ ...kept, servers: { ...kept.servers } });
        expect(told(index, record)).toEqual(told(anew, record));
      },
    ),
  );
});

test('servers that ask for a slot keep their turn, whatever else becomes known of them', () => {
  const queued = (queuedAt: number) => ({ phase: 'queued', round: 1, slotRequest: 1, queuedAt }) as const;
  const { index } = aBatch(plan, { a: queued(5), b: queued(3) });
  expect([...index.queued]).toEqual(['b', 'a']);
  index.set('b', { ...queued(3), validUntil: 9 });
  expect([...index.queued]).toEqual(['b', 'a']);
});

test('what is known of the disks of a server stays with it', () => {
  const { index } = aBatch(plan, { a: { phase: 'waiting', round: 0, diskGiB: 40 } });
  index.set('a', { phase: 'migrating', round: 1, ...job });
  expect(index.record('a').diskGiB).toBe(40);
});
