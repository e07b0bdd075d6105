import { decide } from '../../../workflows/batch/decide';
import { takeOrder } from '../../../workflows/batch/orders/orders';
import { endCheckOf, takeEndCheck } from '../../../workflows/batch/server-workflow';
import { batchOf, resumed } from '../../../workflows/batch/state';
import { takeReport } from '../../../workflows/batch/take-report';
import { aBatch, aPlan, withLease } from './a-batch';
import { failed, migrating, queued, sent } from './records';

describe('what is not confirmed', () => {
  test('is sent again by the next run: starts, orders and the report to the quota', () => {
    const batch = withLease(aBatch(aPlan(['a', 'b']), { b: queued() }), 5);
    takeOrder(batch, 'cancel', { by: 'me', servers: ['b'] }, 0);
    const before = decide(batch, 0);
    expect(before.wishes.map(({ kind }) => kind)).toEqual(['cancel', 'grant', 'start']);
    const next = batchOf(resumed(JSON.parse(JSON.stringify(batch.state)), 9));
    const after = decide(next, 9);
    expect(after.wishes).toEqual(before.wishes.map((one) => ({ ...one, sends: 2, nextAt: 9 })));
    expect(after.report).toMatchObject({ nth: 2, demand: before.report!.demand });
  });

  test('a server that repeats a granted request gets the grant again', () => {
    const batch = withLease(aBatch(aPlan(['a']), { a: queued() }), 5);
    const [grant] = decide(batch, 0).wishes;
    expect(grant?.kind).toBe('grant');
    takeReport(batch, { kind: 'wantsSlot', server: 'a', round: 1, slotRequest: 1, jobId: 'j-1' }, 1);
    expect(batch.index.phaseOf('a')).toBe('migrating');
    expect(sent(batch, 1)).toEqual(['grant a']);
  });
});

test('a cancelled batch starts nothing: waiting servers end, the others get a cancel', () => {
  const batch = withLease(aBatch(aPlan(['a', 'b', 'c']), { b: migrating, c: failed }), 5);
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(sent(batch)).toEqual(['cancel b']);
  expect([batch.index.phaseOf('a'), batch.index.phaseOf('c')]).toEqual(['cancelled', 'failed']);
  expect(decide(batch, 1)).toMatchObject({ wishes: [], isOver: false });
  takeReport(batch, { kind: 'ended', server: 'b', round: 1, result: { outcome: 'cancelled' } }, 2);
  expect(decide(batch, 2).isOver).toBe(true);
});

test('servers with a workflow are checked for their end, one check at a time, and more seldom while all of them run', () => {
  const batch = aBatch(aPlan(['a', 'b']), { a: migrating, b: failed });
  expect(decide(batch, 0)).toMatchObject({ endCheck: undefined, wakeAt: 60_000 });
  expect(decide(batch, 60_000).endCheck).toEqual(['a']);
  expect(decide(batch, 120_000).endCheck).toBeUndefined();
  const answered = (now: number) => {
    takeEndCheck(batch, endCheckOf(batch, ['a']), [], now);
    return decide(batch, now).wakeAt;
  };
  expect(answered(120_000)).toBe(240_000);
  decide(batch, 240_000);
  expect(answered(240_000)).toBe(480_000);
  decide(batch, 480_000);
  expect(answered(480_000)).toBe(780_000);
});

test('before its first look at the account a batch starts nothing, and answers the quota when it is asked', () => {
  const batch = aBatch(aPlan(['a']), {}, { stage: 'surveying' });
  expect(decide(batch, 0)).toMatchObject({ surveys: true, wishes: [], report: undefined });
  batch.state.holding = { ...batch.state.holding, isAsked: true };
  expect(decide(batch, 0)).toMatchObject({
    report: { held: { existing: 0, running: 0 } },
  });
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(decide(batch, 0).cancelsSurvey).toBe(true);
});

test('the list of the Temporal UI gets a status when it changes', () => {
  const batch = withLease(aBatch(aPlan(['a', 'b'])), 1);
  expect([decide(batch, 0).status, decide(batch, 0).status]).toEqual(['running', undefined]);
  takeOrder(batch, 'pause', { by: 'me' }, 0);
  expect(decide(batch, 0).status).toBe('paused');
});

test('a batch that is cancelled before its first look at the account still looks, to find what is at work', () => {
  const batch = aBatch(aPlan(['a']), {}, { stage: 'surveying' });
  takeOrder(batch, 'cancel', { by: 'me' }, 0);
  expect(decide(batch, 0)).toMatchObject({ surveys: true, cancelsSurvey: true });
});

test('a server whose start was not sent is left out of the check', () => {
  const names = Array.from({ length: 600 }, (_, i) => `web-${i}`);
  const batch = withLease(aBatch(aPlan(names, { maxConcurrent: 600 })), 600);
  expect(decide(batch, 0).wishes).toHaveLength(500);
  expect(decide(batch, 60_000).endCheck).toEqual([]);
});
