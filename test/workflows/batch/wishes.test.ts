import type { ServerRecord } from '../../../workflows/batch/servers/server-record';
import {
  dueWishes,
  noteSending,
  resumedWishes,
  takeDelivery,
  type Wish,
  type Wishes,
  type WishKind,
  wish,
  withdraw,
} from '../../../workflows/batch/wishes';

const records = (phase: 'migrating' | 'waiting' | 'failed', more: Partial<ServerRecord> = {}) => ({
  web: { phase, round: 1, error: { code: 'X', message: 'x', remedy: 'x' }, ...more } as ServerRecord,
});
const running = records('migrating', { runId: 'r-1' });

function wished(...kinds: WishKind[]) {
  const batch = { state: { wishes: {} as Wishes } };
  for (const kind of kinds) wish(batch, 'web', kind, 0);
  return batch;
}
const kindsOf = (wishes: readonly Wish[]) => wishes.map(({ kind }) => kind);

/** Sends what is due. */
function send({ state }: ReturnType<typeof wished>, now: number, known = running): Wish[] {
  const { due } = dueWishes(state.wishes, known, now);
  for (const one of due) noteSending(one);
  return due.map((one) => ({ ...one }));
}

test('an order to a server that is being started waits for its start, and is sent then', () => {
  const batch = wished('start', 'cancel');
  expect(kindsOf(send(batch, 0, records('migrating')))).toEqual(['start']);
  expect(send(batch, 0, records('migrating'))).toEqual([]);
  withdraw(batch.state, 'web', 'start');
  expect(kindsOf(send(batch, 0))).toEqual(['cancel']);
});

test('an order that nobody has heard is sent again after a while that grows', () => {
  const batch = wished('cutOver');
  const distances: number[] = [];
  for (let now = 0; distances.length < 12; ) {
    const [sent] = send(batch, now);
    takeDelivery(batch, sent!, false, now);
    const { due, nextAt } = dueWishes(batch.state.wishes, running, now);
    expect(due).toEqual([]);
    distances.push(nextAt! - now);
    now = nextAt!;
  }
  expect(distances.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(distances.at(-1)).toBe(600_000);
});

test.each(['waiting', 'failed'] as const)('an order to a server that is %s is forgotten', (phase) => {
  const batch = wished('start', 'grant');
  expect(send(batch, 0, records(phase))).toEqual([]);
  expect(batch.state.wishes).toEqual({});
});

test('a start is over once it is confirmed', () => {
  const batch = wished('start');
  expect(send(batch, 0)).toEqual([]);
  expect(batch.state.wishes).toEqual({});
});

test('what a server has heard is over, but for a cancel: that stands until the server has ended', () => {
  const batch = wished('cutOver', 'cancel');
  for (const sent of send(batch, 0)) takeDelivery(batch, sent, true, 5);
  expect(Object.values(batch.state.wishes)).toEqual([
    { server: 'web', kind: 'cancel', sends: 1, nextAt: 600_005 },
  ]);
});

test('an order that is given once more is sent at once, and what is under way is sent once', () => {
  const batch = wished('cancel');
  const [first] = send(batch, 0);
  expect(send(batch, 0)).toEqual([]);
  wish(batch, 'web', 'cancel', 7);
  takeDelivery(batch, first!, true, 7);
  expect(kindsOf(send(batch, 7))).toEqual(['cancel']);
});

test('what a run has sent and not heard of is sent again by the next run', () => {
  const batch = wished('start', 'grant');
  send(batch, 0, records('migrating'));
  const next = { state: { wishes: resumedWishes(JSON.parse(JSON.stringify(batch.state.wishes)), 9) } };
  expect(kindsOf(send(next, 9, records('migrating')))).toEqual(['start']);
  expect(Object.values(next.state.wishes).map(({ sends }) => sends)).toEqual([2, 0]);
});

test('no more orders are under way at once than Temporal lets a workflow have', () => {
  const names = Array.from({ length: 2_500 }, (_, i) => `web-${i}`);
  const batch = { state: { wishes: {} as Wishes } };
  for (const name of names) wish(batch, name, 'cancel', 0);
  const all = Object.fromEntries(names.map((name) => [name, running.web]));
  for (const one of dueWishes(batch.state.wishes, all, 0).due) noteSending(one);
  expect(Object.values(batch.state.wishes).filter(({ isBeingSent }) => isBeingSent)).toHaveLength(500);
  expect(dueWishes(batch.state.wishes, all, 0).due).toEqual([]);
});
