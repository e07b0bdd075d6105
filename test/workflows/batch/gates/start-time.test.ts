import { forecast } from '../../../../workflows/batch/forecast';
import { openGates, serverGate } from '../../../../workflows/batch/gates/gates';
import { aBatch, aPlan, aServer, withLease } from '../a-batch';

const now = Date.parse('2030-01-31T12:00:00Z');
const planOf = (scheduledStartTime: string) =>
  aPlan([aServer('timed', { job: { regionId: 'cn-hangzhou', scheduledStartTime } }), 'plain']);

test.each([
  ['2030-01-31T22:00:00Z', Date.parse('2030-01-31T22:00:00Z')],
  // SMC takes no more than 30 days; the gate is ours, and any time will do.
  ['2030-12-31T22:00Z', Date.parse('2030-12-31T22:00Z')],
  ['2030-01-31T12:00:00Z', undefined],
  ['2029-01-01T00:00:00Z', undefined],
])('a server whose scheduledStartTime is %s waits until %s', (time, until) => {
  const { index } = aBatch(planOf(time));
  const gate = serverGate(index, openGates(), 'timed', now);
  expect(gate?.until).toBe(until);
  if (until !== undefined) expect(gate?.reason).toBe(`its scheduledStartTime is ${time}`);
  expect(serverGate(index, openGates(), 'plain', now)).toBeUndefined();
});

test('an operator who has paused the server is named before its time', () => {
  const { index } = aBatch(planOf('2030-01-31T22:00:00Z'));
  const gates = openGates();
  gates.paused.servers.push('timed');
  expect(serverGate(index, gates, 'timed', now)?.reason).toBe('it is paused');
});

test('the forecast counts the time before a scheduled start', () => {
  const { state } = withLease(aBatch(planOf('2030-01-31T13:00:00Z')), 5);
  const { servers, endAt } = forecast(state, now, { jobOf: () => 100, cleanUp: 0 });
  expect(servers.get('timed')).toEqual({ startAt: now + 3_600_000, endAt: now + 3_700_000 });
  expect(servers.get('plain')).toEqual({ startAt: now, endAt: now + 100_000 });
  expect(endAt).toBe(now + 3_700_000);
});
