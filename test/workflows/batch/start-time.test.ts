import type { Plan } from '../../../src/plan';
import { openGates, serverGate } from '../../../workflows/batch/gates';
import { BatchServers } from '../../../workflows/batch/servers';

const now = Date.parse('2030-01-31T12:00:00Z');
const job = { regionId: 'cn-hangzhou' };

function planOf(scheduledStartTime: string): Plan {
  return {
    name: 'b',
    account: { id: 'a', quota: { jobs: 10, running: 5 } },
    policy: {
      maxConcurrent: 5,
      attempts: 3,
      restartDelaySeconds: 1,
      jobTimeoutSeconds: 3_600,
      stallTimeoutSeconds: 3_600,
      onFailure: 'deleteJob',
      lockoutDates: [],
      priority: 0,
    },
    waves: [{ name: 'w', overlap: false }],
    servers: [
      { name: 'timed', sourceId: 's-1', wave: 'w', job: { ...job, scheduledStartTime } },
      { name: 'plain', sourceId: 's-2', wave: 'w', job },
    ],
  };
}

test.each([
  ['2030-01-31T22:00:00Z', Date.parse('2030-01-31T22:00:00Z')],
  // SMC takes no more than 30 days; the gate is ours, and any time will do.
  ['2030-12-31T22:00Z', Date.parse('2030-12-31T22:00Z')],
  ['2030-01-31T12:00:00Z', undefined],
  ['2029-01-01T00:00:00Z', undefined],
])('a server whose scheduledStartTime is %s waits until %s', (time, until) => {
  const servers = new BatchServers(planOf(time), {}, {});
  const gate = serverGate(servers, openGates(), 'timed', now);
  expect(gate?.until).toBe(until);
  if (until !== undefined) expect(gate?.reason).toBe(`its scheduledStartTime is ${time}`);
  expect(serverGate(servers, openGates(), 'plain', now)).toBeUndefined();
});

test('an operator who has paused the server is named before its time', () => {
  const servers = new BatchServers(planOf('2030-01-31T22:00:00Z'), {}, {});
  const gates = openGates();
  gates.paused.servers.push('timed');
  expect(serverGate(servers, gates, 'timed', now)?.reason).toBe('it is paused');
});

test('the estimates count the time before a scheduled start', () => {
  const measured = { seconds: 100, diskGiB: 1 };
  const servers = new BatchServers(planOf('2030-01-31T13:00:00Z'), {}, { timed: 1, plain: 1 });
  expect(servers.estimatedEndOfWaiting('timed', measured, 5, now)).toBe(now + 3_700_000);
  expect(servers.estimatedEndOfWaiting('plain', measured, 5, now)).toBe(now + 100_000);
  expect(servers.remaining(() => 100, now)).toEqual({ work: 200, longest: 3_700 });
});
