import {
  attemptTrouble,
  failureSaid,
  type PendingAttempt,
} from '../../src/batch-client/look/pending-attempt';
import { lookAtServers } from '../../src/batch-client/look/server-looks';
import { troublesOf, troubleTeller } from '../../src/batch-client/look/troubles';
import { aServer } from '../report/a-batch';
import { aBatchClient } from './a-batch-client';

const now = Date.parse('2026-03-01T22:00:00Z');
const unavailable = 'ServiceUnavailable: try later';
const failingLook: PendingAttempt = {
  activity: 'awaitReplicationJob',
  attempt: 1,
  startedAt: now - 3_600_000,
  heartbeat: { jobId: 'j-1', changedAt: now, pollError: unavailable },
};
const retriedCall: PendingAttempt = {
  activity: 'createReplicationJob',
  attempt: 7,
  lastFailure: unavailable,
  nextAttemptAt: now + 20_000,
};
const servers = (name: string, count: number, more: Parameters<typeof aServer>[0] = {}) =>
  Array.from({ length: count }, (_, i) => aServer({ server: `${name}-${i}`, phase: 'migrating', ...more }));

test.each<[string, string | undefined, PendingAttempt]>([
  ['a look that fails', unavailable, failingLook],
  ['a call that waits for its next try', unavailable, retriedCall],
  [
    'a call whose next try is under way',
    unavailable,
    { ...retriedCall, nextAttemptAt: undefined, startedAt: now - 5_000 },
  ],
  [
    'none once the job has been looked at again',
    undefined,
    {
      activity: 'awaitReplicationJob',
      attempt: 2,
      lastFailure: 'activity Heartbeat timeout',
      startedAt: now - 30_000,
      heartbeat: { jobId: 'j-1', changedAt: now, lookedAt: now - 1_000, lookedInAttempt: 2 },
    },
  ],
  [
    'none of a wait that has gone on for hours since',
    undefined,
    {
      activity: 'awaitSourceServer',
      attempt: 2,
      lastFailure: 'activity Heartbeat timeout',
      startedAt: now - 3_600_000,
    },
  ],
])('what counts as trouble: %s', (_, expected, attempt) => {
  expect(attemptTrouble(attempt, now)).toBe(expected);
});

test('of a thousand servers under way fifty are checked: some finishing, the newest, and some of all others', async () => {
  const asked: string[] = [];
  const batch = {
    ...aBatchClient([{ servers: [] }]),
    pending: async (server: string) => {
      asked.push(server);
      return [failingLook];
    },
  };
  const looks = await lookAtServers(batch, [
    ...servers('old', 967),
    ...servers('new', 3, { from: 60 }),
    ...servers('end', 30, { phase: 'finishing' }),
    aServer({ server: 'waits', phase: 'waiting' }),
    aServer({ server: 'done' }),
  ]);
  expect(new Set(asked).size).toBe(50);
  const of = (name: string) => asked.filter((server) => server.startsWith(name)).length;
  expect([of('end'), of('new'), of('old')]).toEqual([12, 3, 35]);
  expect(troublesOf(looks, await batch.now())).toMatchObject({
    looked: 50,
    underWay: 1_000,
    groups: [{ error: unavailable }],
  });
});

test('a server that has ended in the meantime is left out', async () => {
  const batch = {
    ...aBatchClient([{ servers: [] }]),
    pending: async () => {
      throw new Error('workflow not found');
    },
  };
  expect((await lookAtServers(batch, servers('web', 1))).attempts.size).toBe(0);
});

test('a follower sees an error once when it begins, and once when it is over', async () => {
  let attempts: PendingAttempt[] | undefined = [retriedCall];
  let time = now;
  const lines: string[] = [];
  const batch = {
    ...aBatchClient([{ servers: [] }]),
    now: async () => time,
    pending: async () => attempts ?? Promise.reject(new Error('Temporal restarts')),
  };
  const tell = troubleTeller(batch, (line) => lines.push(line));
  await tell(servers('web', 2));
  time += 15_000;
  await tell(servers('web', 2));
  expect(lines).toEqual([`trouble  2 servers: ${unavailable} (next try in 20 s)`]);
  attempts = undefined;
  time += 15_000;
  await tell(servers('web', 2));
  attempts = [];
  time += 1_000;
  await tell(servers('web', 2));
  expect(lines).toHaveLength(1);
  time += 15_000;
  await tell(servers('web', 2));
  expect(lines.slice(1)).toEqual(['trouble  is over']);
});

test.each([
  ['activity Heartbeat timeout', 'its worker does not answer; another one takes over (Heartbeat timeout)'],
  ['Throttling: too many calls', 'Throttling: too many calls'],
  [undefined, undefined],
])('a failed attempt is told in plain words: %s', (message, said) => {
  expect(failureSaid(message)).toBe(said);
});
