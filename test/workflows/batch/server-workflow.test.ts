import { decide } from '../../../workflows/batch/decide';
import { takeOrder } from '../../../workflows/batch/orders/orders';
import {
  endCheckOf,
  migrationInput,
  takeEndCheck,
  takeNameInUse,
  takeNamesake,
  takeStarted,
} from '../../../workflows/batch/server-workflow';
import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import { batchOf, resumed } from '../../../workflows/batch/state';
import { takeReport } from '../../../workflows/batch/take-report';
import type { ServerReport, ServerStanding } from '../../../workflows/contract/server-messages';
import { aBatch, aPlan, withLease } from './a-batch';

const error = { code: 'InternalError', message: 'broken', remedy: 'Retry it.' };
const endOf = (round: number) => ({
  ...({ kind: 'ended', server: 'a', round } as const),
  result: { outcome: 'failed', error } as const,
});
const start = { server: 'a', kind: 'start', sends: 1, nextAt: 0 } as const;

/** A batch that is about to start its server. */
function starting(record: Partial<ServerRecord> = {}) {
  const waiting = { phase: 'waiting', round: 0, ...record } as ServerRecord;
  const batch = withLease(aBatch(aPlan(['a']), { a: waiting }), 5);
  expect(decide(batch, 1_000).wishes).toMatchObject([{ kind: 'start' }]);
  return batch;
}

test('a start that is sent again is the same one: nothing is created twice for it', () => {
  const batch = starting({ jobId: 'j-1' } as Partial<ServerRecord>);
  const first = migrationInput(batch, 'a');
  expect(first).toMatchObject({ round: 1, sourceId: 's-a', knownJobId: 'j-1' });
  const next = batchOf(resumed(JSON.parse(JSON.stringify(batch.state)), 9_000));
  expect(decide(next, 9_000).wishes).toMatchObject([{ kind: 'start', sends: 2 }]);
  expect(migrationInput(next, 'a')).toEqual(first);
});

test('a start is confirmed by the run that Temporal names', () => {
  const batch = starting();
  takeStarted(batch, 'a', 1, 'r-1');
  expect(batch.index.record('a').runId).toBe('r-1');
  expect(batch.state.wishes).toEqual({});
});

test('the workflow of the last round has the name until it has closed: the server waits for that', () => {
  const batch = starting({ round: 1, roundEndedAt: 900 });
  expect(takeNameInUse(batch, start, 2, 1_000)).toBe(false);
  expect(batch.index.record('a')).toMatchObject({ phase: 'waiting', round: 2, notBefore: 2_000 });
  expect(decide(batch, 1_999).wishes).toEqual([]);
  expect(decide(batch, 2_000).wishes).toMatchObject([{ kind: 'start' }]);
  expect(migrationInput(batch, 'a').round).toBe(3);
});

test('a job that was kept counts while its server waits for that, and is adopted after it', () => {
  const batch = starting({ round: 1, roundEndedAt: 900, jobId: 'j-1' } as Partial<ServerRecord>);
  takeNameInUse(batch, start, 2, 1_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'waiting', jobId: 'j-1' });
  expect(batch.index.inUse).toEqual({ existing: 1, running: 0 });
  decide(batch, 2_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'migrating', round: 3, jobId: 'j-1' });
});

test('one that was cancelled meanwhile does not wait again', () => {
  const batch = starting({ round: 1, roundEndedAt: 900 });
  takeOrder(batch, 'cancel', { by: 'me', servers: ['a'] }, 1_000);
  takeNameInUse(batch, start, 2, 1_000);
  expect(batch.index.phaseOf('a')).toBe('cancelled');
});

test('a workflow of an earlier batch of this name is taken over where it stands', () => {
  const batch = starting();
  expect(takeNameInUse(batch, start, 1, 1_000)).toBe(true);
  const standing = { phase: 'recovering', jobId: 'j-1', sourceId: 's-a', startedAt: 5, starts: 2 } as const;
  takeNamesake(batch, 'a', 1, { server: 'a', sourceId: 's-a', standing }, 1_000);
  expect(batch.index.record('a')).toMatchObject({ ...standing, round: 0 });
});

test('one that migrates another source is left alone, and its server fails', () => {
  const batch = starting();
  takeNameInUse(batch, start, 1, 1_000);
  takeNamesake(batch, 'a', 1, { server: 'a', sourceId: 's-other' }, 1_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'failed', error: { code: 'ServerUnderWay' } });
});

test('one that has ended meanwhile: the source is seen anew', () => {
  const batch = starting();
  takeNameInUse(batch, start, 1, 1_000);
  takeNamesake(batch, 'a', 1, undefined, 1_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'waiting', lookUp: {} });
});

test('a start that was sent again and had been heard the first time goes on as it is', () => {
  const batch = starting();
  const { creationId } = migrationInput(batch, 'a');
  expect(takeNameInUse(batch, { ...start, sends: 2 }, 1, 2_000)).toBe(true);
  const standing = { phase: 'migrating', creationId, sourceId: 's-a', startedAt: 5, starts: 1 } as const;
  takeNamesake(batch, 'a', 1, { server: 'a', sourceId: 's-a', standing }, 2_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'migrating', round: 1 });
  expect(decide(batch, 2_000).wishes).toEqual([]);
});

describe('servers that are checked for their end', () => {
  const migrating = { phase: 'migrating', round: 1, startedAt: 0, runId: 'r-1' } as const;

  test('one whose workflow was terminated has failed, and its slot is free', () => {
    const batch = aBatch(aPlan(['a']), { a: migrating });
    takeEndCheck(batch, endCheckOf(batch, ['a']), [{ server: 'a' }], 5);
    expect(batch.index.record('a')).toMatchObject({ phase: 'failed', error: { code: 'WorkflowEnded' } });
    expect(batch.index.inUse).toEqual({ existing: 0, running: 0 });
  });

  test('one whose report was lost has its result', () => {
    const batch = aBatch(aPlan(['a']), { a: migrating });
    const result = { outcome: 'migrated', jobId: 'j-1', imageId: 'm-1' } as const;
    takeEndCheck(batch, endCheckOf(batch, ['a']), [{ server: 'a', result }], 5);
    expect(batch.index.record('a')).toMatchObject({ phase: 'migrated', imageId: 'm-1' });
  });

  test('one that has started its next round since the question is left alone', () => {
    const batch = aBatch(aPlan(['a']), { a: migrating });
    const question = endCheckOf(batch, ['a']);
    batch.index.set('a', { ...migrating, round: 2 });
    takeEndCheck(batch, question, [{ server: 'a' }], 5);
    expect(batch.index.record('a')).toMatchObject({ phase: 'migrating', round: 2 });
  });

  test('those of an earlier batch say once where they stand', () => {
    const batch = aBatch(aPlan(['a', 'b']), { a: { ...migrating, round: 0 }, b: migrating });
    const question = endCheckOf(batch, ['a', 'b']);
    expect(question.standings).toEqual(['a']);
    takeEndCheck(batch, question, [], 5);
    expect(endCheckOf(batch, ['a', 'b']).standings).toEqual([]);
  });
});

test('whoever has the name and gives no answer is asked again: it may be the one that was started', () => {
  const batch = starting();
  decide(batch, 1_000);
  takeNameInUse(batch, { ...start, sends: 2 }, 1, 2_000);
  takeNamesake(batch, 'a', 1, { server: 'a', sourceId: 's-a' }, 2_000);
  expect(batch.index.record('a')).toMatchObject({ phase: 'migrating', round: 1 });
  const { wishes, wakeAt } = decide(batch, 2_000);
  expect([wishes, wakeAt]).toEqual([[], 3_000]);
  expect(decide(batch, 3_000).wishes).toMatchObject([{ kind: 'start', sends: 2 }]);
});

test('a round after that of a workflow that was taken over is a new one: what the old one says late is not believed', () => {
  const batch = starting();
  takeNameInUse(batch, start, 1, 1_000);
  const standing = { phase: 'migrating', sourceId: 's-a', round: 4, startedAt: 5, starts: 1 } as const;
  takeNamesake(batch, 'a', 1, { server: 'a', sourceId: 's-a', standing }, 1_000);
  takeReport(batch, { ...endOf(3), round: 3 }, 1_500);
  expect(batch.index.phaseOf('a')).toBe('migrating');
  const ended = endOf(4);
  takeReport(batch, ended, 2_000);
  expect(batch.index.phaseOf('a')).toBe('failed');
  takeOrder(batch, 'retry', { by: 'me', servers: ['a'] }, 3_000);
  decide(withLease(batch, 5), 4_000);
  expect(migrationInput(batch, 'a').round).toBe(5);
  takeReport(batch, ended, 5_000);
  expect(batch.index.phaseOf('a')).toBe('migrating');
});

test.each([
  ['applied again', 0, {}],
  ['applied again, and has adopted an earlier workflow,', 0, { lastRound: 0 }],
])('a batch that is %s believes no late report of an earlier round', (_, round, more) => {
  const earlier = withLease(aBatch(aPlan(['a']), { a: { phase: 'waiting', round: 0 } }), 5);
  decide(earlier, 60_000);
  const late = endOf(migrationInput(earlier, 'a').round);
  const batch = withLease(aBatch(aPlan(['a']), { a: { phase: 'waiting', round, ...more } }), 5);
  decide(batch, 90_000);
  takeReport(batch, late, 91_000);
  expect(batch.index.phaseOf('a')).toBe('migrating');
  takeReport(batch, endOf(migrationInput(batch, 'a').round), 92_000);
  expect(batch.index.phaseOf('a')).toBe('failed');
});

describe('a workflow that does not say where it stands', () => {
  const unknown = {
    phase: 'migrating',
    round: 0,
    standingAsked: false,
    startedAt: 0,
    sourceId: 's-a',
  } as const;
  const at = { sourceId: 's-a', round: 3, startedAt: 0 } as const;
  const asks = { kind: 'wantsSlot', server: 'a', round: 3, slotRequest: 2, jobId: 'j-1' } as const;
  const stops = {
    kind: 'stoppedRunning',
    server: 'a',
    round: 3,
    start: 2,
    jobId: 'j-1',
    end: 'Waiting',
  } as const;
  const standings: Record<string, ServerStanding> = {
    runs: { ...at, phase: 'migrating', starts: 2, grantedRequest: 2, jobId: 'j-1' },
    'runs for the first time': { ...at, phase: 'migrating', starts: 1, jobId: 'j-1' },
    waits: { ...at, phase: 'queued', starts: 1, slotRequest: 2, jobId: 'j-1' },
  };

  test.each<[string, string, ServerReport, string, number]>([
    ['a request for a slot that was granted before', 'runs', asks, 'migrating', 1],
    ['a request for a slot', 'waits', asks, 'queued', 0],
    ['the end of a job run', 'runs', stops, 'synced', 0],
    ['the end of a job run that its query has not seen', 'runs for the first time', stops, 'synced', 0],
    ['the end of an earlier job run', 'runs', { ...stops, start: 1 }, 'migrating', 1],
    ['the end of an earlier round', 'runs', endOf(2), 'migrating', 1],
    ['its end', 'runs', endOf(3), 'failed', 0],
  ])(
    'is asked at once when it reports, and %s counts by its answer: it %s',
    (_, standing, report, phase, running) => {
      const batch = aBatch(aPlan(['a']), { a: unknown });
      takeReport(batch, report, 1_000);
      expect(batch.index.inUse).toEqual({ existing: 1, running: 1 });
      const { endCheck } = decide(batch, 1_000);
      expect(endCheck).toEqual(['a']);
      const question = endCheckOf(batch, endCheck!);
      takeEndCheck(batch, question, [{ server: 'a', standing: standings[standing]! }], 1_100);
      expect(batch.index.phaseOf('a')).toBe(phase);
      expect(batch.index.inUse.running).toBe(running);
      expect(batch.state.early).toEqual([]);
    },
  );

  test('is asked again as long as it gives no answer, and holds its slots until then', () => {
    const batch = aBatch(aPlan(['a']), { a: unknown });
    takeReport(batch, asks, 1_000);
    decide(batch, 1_000);
    takeEndCheck(batch, endCheckOf(batch, ['a']), [], 1_100);
    expect(batch.index.inUse).toEqual({ existing: 1, running: 1 });
    const { wakeAt, endCheck } = decide(batch, 1_200);
    expect([endCheck, wakeAt]).toEqual([undefined, 61_200]);
    expect(endCheckOf(batch, decide(batch, wakeAt!).endCheck!).standings).toEqual(['a']);
    takeEndCheck(batch, endCheckOf(batch, ['a']), [{ server: 'a', result: endOf(3).result }], 62_000);
    expect(batch.index.phaseOf('a')).toBe('failed');
  });

  test('keeps what it has reported over Continue-As-New', () => {
    const batch = aBatch(aPlan(['a']), { a: unknown });
    takeReport(batch, asks, 1_000);
    const next = batchOf(resumed(JSON.parse(JSON.stringify(batch.state)), 2_000));
    takeEndCheck(next, endCheckOf(next, ['a']), [{ server: 'a', standing: standings.waits! }], 2_100);
    expect(next.index.record('a')).toMatchObject({ phase: 'queued', slotRequest: 2, workflowRound: 3 });
  });
});
