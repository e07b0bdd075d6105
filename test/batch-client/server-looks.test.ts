import { jobOf, type PendingAttempt } from '../../src/batch-client/look/pending-attempt';
import { inSight, lookAtServers } from '../../src/batch-client/look/server-looks';
import { jobSeenLine } from '../../src/report';
import { aServer } from '../report/a-batch';
import { aBatchClient } from './a-batch-client';

const now = Date.parse('2026-03-02T06:00:00Z');
const syncing: PendingAttempt = {
  activity: 'awaitReplicationJob',
  attempt: 1,
  startedAt: now - 600_000,
  heartbeatAt: now - 4_000,
  heartbeat: {
    jobId: 'j-1',
    status: 'Running',
    businessStatus: 'Syncing',
    progress: 42.9,
    changedAt: now - 60_000,
    lookedAt: now - 12_000,
  },
};
const seen = { status: 'Running', businessStatus: 'Syncing', progress: 42.9, at: now - 12_000 };

test.each<[string, PendingAttempt[], ReturnType<typeof jobOf>]>([
  ['its phase, percent and when it was looked at', [syncing], { jobId: 'j-1', seen }],
  [
    'no younger than the message about it, where a worker’s clock runs ahead',
    [{ ...syncing, heartbeat: { ...syncing.heartbeat!, lookedAt: now + 90_000 } }],
    { jobId: 'j-1', seen: { ...seen, at: now - 4_000 } },
  ],
  [
    'its id alone before the first look',
    [{ ...syncing, heartbeat: { jobId: 'j-1', changedAt: now } }],
    { jobId: 'j-1' },
  ],
  [
    'its phase at the time of the message, where that tells no time of its own',
    [{ ...syncing, heartbeat: { jobId: 'j-1', status: 'Waiting' } as PendingAttempt['heartbeat'] }],
    { jobId: 'j-1', seen: { status: 'Waiting', at: now - 4_000 } },
  ],
  [
    'its id alone where no time is told',
    [
      {
        ...syncing,
        heartbeatAt: undefined,
        heartbeat: { jobId: 'j-1', status: 'Waiting' } as PendingAttempt['heartbeat'],
      },
    ],
    { jobId: 'j-1' },
  ],
  ['nothing of a call', [{ activity: 'createReplicationJob', attempt: 1 }], {}],
])('of a job is known %s', (_, attempts, known) => {
  expect(jobOf(attempts)).toEqual(known);
});

test('a server under way has its job, which the batch does not know of yet; one that gives no answer is as it was', async () => {
  const silent = aServer({ server: 'web-02', phase: 'migrating', jobId: undefined });
  const running = aServer({ server: 'web-01', phase: 'migrating', jobId: undefined });
  const done = aServer({ server: 'web-03' });
  const batch = {
    ...aBatchClient([{ servers: [] }]),
    pending: async (server: string) => {
      if (server === 'web-02') throw new Error('it has ended');
      return [syncing];
    },
  };
  const looks = await lookAtServers(batch, [running, silent, done]);
  expect(inSight([running, silent, done], looks)).toEqual([
    { ...running, jobId: 'j-1', jobSeen: seen },
    silent,
    done,
  ]);
  expect(jobSeenLine(seen, now)).toBe('Syncing 42 %, seen 12 s ago');
});
